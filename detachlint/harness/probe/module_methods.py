"""What the methods of `torch.nn.Module` and its containers give back, by calling them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import product
from typing import Any

import torch
from torch import nn

from detachlint.harness.probe import module_samples, modules
from detachlint.harness.probe.execute import guarded, tensors_in
from detachlint.harness.probe.module_behaviours import behaviour_of
from detachlint.knowledge.model import Aliasing, ClassFact, MethodFact, Result

_X = torch.ones(2, 3)


def names() -> list[str]:
    """The classes with methods of their own, sorted; those of `Module` hold for all."""
    return sorted(name for name in modules.names() if _methods(name.rpartition(".")[2]))


def observe(name: str) -> ClassFact | None:
    """The methods of one class that it does not merely inherit from `Module`."""
    kind = name.rpartition(".")[2]
    module_samples.module_db()  # an import that a time limit cuts off stays broken
    methods = {}
    for method in _methods(kind):
        found = _observe_method(kind, method)
        if found is not None:
            behaviour = behaviour_of(method) if kind == "Module" else ""
            methods[method] = replace(found, behaviour=behaviour)
    return ClassFact(name, "module", (), methods, "hand") if methods else None


def _methods(kind: str) -> list[str]:
    inherited = set() if kind == "Module" else set(dir(nn.Module))
    cls = modules.class_of(kind)
    own = {name for name in dir(cls) if name not in inherited}
    found = (name for name in own if inspect.isroutine(getattr(cls, name)))
    return sorted(name for name in found if not name.startswith("_"))


def _observe_method(kind: str, method: str) -> MethodFact | None:
    """What the method gives on a module with content, or else on an empty one; None if it raises."""
    for make, given in product((partial(_make, kind), nn.Module), _arguments(method)):
        module = guarded(make)
        answer = guarded(partial(_answer, module, method, *given))
        if answer is not None:
            return _method(method, module, answer[0])
    return None if kind == "Module" else _observe_computation(kind, method)


def _observe_computation(kind: str, method: str) -> MethodFact | None:
    """What the method computes of the module's inputs: one tensor, or none.

    It propagates where the flag of a parameter is enough, and that of an input, too.
    """
    for sample in module_samples.samples(kind):
        for given in _beginnings(sample.inputs or ()):
            found = [
                _computed(kind, sample, method, given, trainable=trainable)
                for trainable in (True, False)
            ]
            if found[0] is not None and found[0] == found[1]:
                return MethodFact(method, found[0], Aliasing.FRESH, False)
    return None


def _beginnings(inputs: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """What to call a method with: inputs of the module, and None for what there may be beside."""
    return [inputs[:1], (*inputs[:1], None), inputs] if inputs else []


def _computed(
    kind: str, sample: Any, method: str, given: tuple[Any, ...], *, trainable: bool
) -> Result | None:
    """What comes out of a trainable module, or else of a frozen one for inputs that require grad."""
    module = modules.construct(kind, sample)
    if module is None:
        return None
    guarded(lambda: module.requires_grad_(trainable))  # one without data cannot be told
    args = tuple(_flagged(value, not trainable) for value in given)
    answer = guarded(partial(_answer, module, method, args, {}))
    if answer is None or any(answer[0] is one for one in args):
        return None
    if not isinstance(answer[0], torch.Tensor):
        holds = isinstance(answer[0], nn.Module) or any(True for _ in tensors_in(answer[0]))
        return None if holds else Result.PYTHON
    if answer[0].requires_grad:
        return Result.PROPAGATE
    return Result.NEVER if answer[0].is_floating_point() else Result.INTEGER


def _flagged(value: Any, flag: bool) -> Any:
    is_float = isinstance(value, torch.Tensor) and value.is_floating_point()
    return value.detach().requires_grad_(flag) if is_float else value


def _answer(module: Any, method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    return (getattr(module, method)(*args, **kwargs),)


def _make(kind: str) -> Any:
    """A module with something in it."""
    make = _makers().get(kind)
    if make is not None:
        return make()
    made = (modules.construct(kind, sample) for sample in module_samples.samples(kind))
    return next((module for module in made if module is not None), None)


def _method(name: str, module: nn.Module, answer: Any) -> MethodFact:
    if answer is module:
        return MethodFact(name, Result.PYTHON, Aliasing.SELF, False)
    if isinstance(answer, torch.Tensor):
        result = Result.PROPAGATE if answer.requires_grad else Result.NEVER
        aliasing = Aliasing.VIEW if isinstance(answer, nn.Parameter) else Aliasing.FRESH
        return MethodFact(name, result, aliasing, False)
    return MethodFact(name, Result.PYTHON, Aliasing.FRESH, False)


@cache
def _makers() -> Mapping[str, Any]:
    return {
        "Module": _with_buffer,
        "ModuleDict": lambda: nn.ModuleDict({"a": nn.Linear(3, 3)}),
        "ModuleList": lambda: nn.ModuleList([nn.Linear(3, 3)]),
        "ParameterDict": lambda: nn.ParameterDict({"a": torch.ones(3)}),
        "ParameterList": lambda: nn.ParameterList([torch.ones(3)]),
        "Sequential": lambda: nn.Sequential(nn.Linear(3, 3)),
    }


def _with_buffer() -> nn.Module:
    module = nn.Sequential(nn.Linear(3, 3))
    module.register_buffer("running", torch.ones(3))
    return module


def _arguments(method: str) -> Sequence[tuple[tuple[Any, ...], Mapping[str, Any]]]:
    """Positional and named arguments to try, in this order."""
    if method.startswith("register_") and "hook" in method:
        return [((lambda *_: None,), {})]
    if method == "to_empty":
        return [((), {"device": "cpu"})]
    return [(given, {}) for given in _written_arguments().get(method, ())] or [((), {})]


@cache
def _written_arguments() -> Mapping[str, Sequence[tuple[Any, ...]]]:
    named, place = ("b", nn.Tanh()), ("a",)
    return {
        "add_module": [named],
        "append": [(nn.Tanh(),), (torch.ones(3),)],
        "apply": [(lambda module: None,)],
        "extend": [([nn.Tanh()],), ([torch.ones(3)],)],
        "forward": [(_X,)],
        "fromkeys": [(["b"],)],
        "get": [place],
        "get_buffer": [("running",)],
        "get_parameter": [("0.weight",)],
        "get_submodule": [("0",)],
        "insert": [(0, nn.Tanh())],
        "load_state_dict": [(_with_buffer().state_dict(),)],
        "pop": [place, (0,)],
        "register_buffer": [("b", torch.ones(3))],
        "register_module": [named],
        "register_parameter": [("b", None)],
        "set_submodule": [("0", nn.Tanh())],
        "setdefault": [place],
        "to": [(torch.float64,)],
        "type": [(torch.float64,)],
        "update": [({"b": nn.Tanh()},), ({"b": torch.ones(3)},)],
        "update_parameters": [(nn.Tanh(),)],
    }
