"""What the classes of `torch.nn` register and give, by constructing and calling them."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.optim import swa_utils

from detachlint.harness.probe import placed
from detachlint.harness.probe.converted import Convert, Rerun
from detachlint.harness.probe.execute import (
    PLAIN,
    Call,
    Condition,
    field_names,
    guarded,
    prepare,
    seed,
)
from detachlint.harness.probe.module_samples import Sample, samples
from detachlint.harness.probe.traits import autocast_of
from detachlint.knowledge.model import (
    Aliasing,
    FlagFact,
    ModuleFact,
    Output,
    ParameterFact,
    Result,
)

FURTHER: Mapping[str, type[nn.Module]] = {
    "torch.optim.swa_utils.AveragedModel": swa_utils.AveragedModel,
}
"""Modules that PyTorch has elsewhere."""

_CONTAINERS = {
    "AveragedModel": "module",
    "DataParallel": "module",
    "ModuleDict": "dict",
    "ModuleList": "list",
    "ParameterDict": "dict",
    "ParameterList": "list",
    "Sequential": "sequential",
}
_RECURRENT = ("input_size", "hidden_size", "num_layers")
_RECURRENT_TAIL = ("bias", "batch_first", "dropout", "bidirectional", "proj_size")
_POSITIONS = {
    "GRU": (*_RECURRENT, *_RECURRENT_TAIL[:-1]),
    "LSTM": (*_RECURRENT, *_RECURRENT_TAIL),
    "RNN": (*_RECURRENT, "nonlinearity", *_RECURRENT_TAIL[:-1]),
}
"""Constructors that take `*args` and hand them on."""


def names() -> list[str]:
    """The names of the module classes of `torch.nn`, and of a few more, sorted."""
    own = (
        f"torch.nn.{name}"
        for name, value in vars(nn).items()
        if inspect.isclass(value) and issubclass(value, nn.Module) and not name.startswith("_")
    )
    return sorted((*own, *FURTHER))


def class_of(kind: str) -> type[nn.Module]:
    """The class of that short name."""
    further = {name.rpartition(".")[2]: cls for name, cls in FURTHER.items()}
    found: type[nn.Module] = further.get(kind) or getattr(nn, kind)
    return found


@dataclass(frozen=True)
class _Ran:
    """A constructed module and what calling it gave under one condition."""

    output: Output
    aliasing: Aliasing
    strided: bool

    @property
    def is_input(self) -> bool:
        """Whether the output was the input itself."""
        return self.aliasing is Aliasing.SELF


def observe_module(name: str) -> ModuleFact | None:
    """The fact about the module class `name`, or None where no constructor call is known."""
    kind = name.rpartition(".")[2]
    tries = _constructible(kind)
    positions = positions_of(kind)
    if not tries:
        return None
    made = construct(kind, tries[0])
    ran = [run for sample in tries for run in _runs(kind, sample)]
    aliasing = _merge_aliasing([run.aliasing for run in ran])
    return ModuleFact(
        name=name,
        parameters=_parameters(kind, tries),
        positions=positions,
        output=_merge_outputs(kind, tries, [run.output for run in ran]),
        aliasing=aliasing,
        perhaps_self=aliasing is not Aliasing.SELF and any(run.is_input for run in ran),
        depends=_depends(ran) if aliasing is Aliasing.SOMETIMES else (),
        in_place_flag="inplace" if _writes(kind, tries, "inplace") else "",
        autocast=autocast_of(rerun(name)),
        mixed=_mixed(kind, tries),
        container=_container(made, kind, tries[0]),
        wraps=_wraps(kind),
        is_loss=isinstance(made, nn.modules.loss._Loss) or kind.endswith("Loss"),
        lazy=any(isinstance(p, nn.UninitializedParameter) for p in made.parameters()),
        children=() if kind in _CONTAINERS else tuple(n for n, _ in made.named_children()),
        buffers=tuple(n for n, _ in made.named_buffers(recurse=False)),
        evidence="+".join(sorted({sample.source for sample in tries})),
    )


def _container(made: Any, kind: str, sample: Sample) -> str:
    """How it holds what it is given: a module as it is, or a copy of that."""
    word = _CONTAINERS.get(kind, "")
    return "copy" if word == "module" and made.module is not sample.args[0] else word


def _wraps(kind: str) -> bool:
    """Whether a plain tensor that it is given becomes a parameter."""
    plain = torch.ones(2)
    given = {"list": [plain], "dict": {"a": plain}}.get(_CONTAINERS.get(kind, ""))
    made = guarded(lambda: class_of(kind)(given)) if given is not None else None
    return made is not None and any(isinstance(p, nn.Parameter) for p in made.parameters())


def _constructible(kind: str) -> list[Sample]:
    return [sample for sample in samples(kind) if construct(kind, sample) is not None]


def construct(kind: str, sample: Sample, **flags: object) -> Any:
    """The module, or None where the constructor raises."""
    seed()
    positions = positions_of(kind)
    # A flag given by position must not be given by name again.
    args = [flags.get(name, value) for name, value in zip(positions, sample.args, strict=False)]
    args += sample.args[len(positions) :]
    by_name = {n: v for n, v in flags.items() if n not in positions[: len(sample.args)]}
    return guarded(lambda: class_of(kind)(*args, **{**sample.kwargs, **by_name}))


def positions_of(kind: str) -> tuple[str, ...]:
    if kind in _POSITIONS:
        return _POSITIONS[kind]
    parameters = list(inspect.signature(class_of(kind).__init__).parameters.values())[1:]
    return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)


def _mixed(kind: str, tries: Sequence[Sample]) -> str:
    """What decides the dtype of its output, of a module without parameters."""
    made = [(construct(kind, sample), sample) for sample in tries if sample.inputs]
    calls = [
        Call((module, *(sample.inputs or ())), sample.input_kwargs)
        for module, sample in made
        if not any(True for _ in module.parameters())
    ]
    return placed.mixed(lambda module, *args, **kwargs: module(*args, **kwargs), calls)


# --- parameters -------------------------------------------------------------------------------


def _parameters(kind: str, tries: Sequence[Sample]) -> tuple[ParameterFact, ...]:
    """The parameters of the module itself, each with the constructor flag that it hangs on."""
    flags = _boolean_flags(kind)
    with_flags = [(sample, _own_parameters(kind, sample)) for sample in tries]
    every = dict.fromkeys(name for _, found in with_flags for name in found)
    for flag in flags:
        every.update(dict.fromkeys(_own_parameters(kind, tries[0], **{flag: True})))
    facts = [ParameterFact(name, _flags_of(kind, tries[0], name, flags)) for name in every]
    if kind not in _CONTAINERS and _has_parameters_below(kind, tries[0]):
        facts.append(ParameterFact("*"))
    return tuple(_families(facts))


def _has_parameters_below(kind: str, sample: Sample) -> bool:
    """Whether modules that the constructor makes have parameters (those of a `Transformer`)."""
    module = construct(kind, sample)
    return any("." in name for name, _ in module.named_parameters())


def _own_parameters(kind: str, sample: Sample, **flags: object) -> tuple[str, ...]:
    module = construct(kind, sample, **flags)
    if module is None:
        return ()
    return tuple(name for name, _ in module.named_parameters(recurse=False))


def _boolean_flags(kind: str) -> dict[str, bool]:
    parameters = inspect.signature(class_of(kind).__init__).parameters.values()
    found = {p.name: p.default for p in parameters if isinstance(p.default, bool)}
    if kind in _POSITIONS:
        found |= {"bias": True, "bidirectional": False}
    return found


def _flags_of(kind: str, sample: Sample, name: str, flags: dict[str, bool]) -> tuple[FlagFact, ...]:
    """The flags without which `name` is not registered: `bias` of `LayerNorm` has two."""
    return tuple(
        FlagFact(flag, default)
        for flag, default in flags.items()
        if _needs(kind, sample, name, flag, flags)
    )


def _needs(kind: str, sample: Sample, name: str, flag: str, flags: Iterable[str]) -> bool:
    # What `bias` does may only show where `affine` is on, too.
    others: list[dict[str, bool]] = [{}, *({other: True} for other in flags if other != flag)]
    return any(
        name in _own_parameters(kind, sample, **rest, **{flag: True})
        and name not in _own_parameters(kind, sample, **rest, **{flag: False})
        for rest in others
    )


_LAYERED = re.compile(r"(weight|bias)_[a-z]{2}_l\d+(?:_reverse)?")


def _families(facts: Sequence[ParameterFact]) -> list[ParameterFact]:
    """`weight_ih_l0`, `weight_hh_l0`, … as `weight_*`."""
    found: dict[ParameterFact, None] = {}
    for fact in facts:
        layered = _LAYERED.fullmatch(fact.name)
        stem = layered[1] if layered else ""
        if layered:
            needs = (FlagFact("bias", True),) if stem == "bias" else ()
            fact = ParameterFact(f"{stem}_*", needs)
        found[fact] = None
    return list(found)


# --- output -----------------------------------------------------------------------------------


def _runs(kind: str, sample: Sample) -> list[_Ran]:
    """The module called in training and evaluation, on contiguous and other inputs."""
    found = []
    for training, strided in itertools.product((True, False), (False, True)):
        with_grad = _run(kind, sample, training, Condition(strided=strided))
        without = _run(kind, sample, training, Condition(grad_mode=False, strided=strided))
        if with_grad is None or without is None:
            continue
        output = _output(with_grad[0])
        found.append(_Ran(output, _aliasing(*without), strided))
    return found


def _run(
    kind: str, sample: Sample, training: bool, condition: Condition
) -> tuple[Any, torch.Tensor | None] | None:
    """What a call of a fresh module gives, and its first input."""
    if sample.inputs is None:
        return None

    def run(condition: Condition) -> tuple[Any, torch.Tensor | None]:
        call = Call(sample.inputs or (), sample.input_kwargs)
        module = construct(kind, sample).train(training)
        args, kwargs = prepare(call, PLAIN)
        if kind.startswith("Lazy"):
            module(*args, **kwargs)
        if not condition.grad_mode:
            module.requires_grad_(False)
        args, kwargs = prepare(call, condition)
        first = next((arg for arg in args if isinstance(arg, torch.Tensor)), None)
        with torch.set_grad_enabled(condition.grad_mode):
            return module(*args, **kwargs), first

    # The targets of some losses refuse to require grad.
    input_only = replace(condition, grad_at=frozenset([0]))
    found: tuple[Any, torch.Tensor | None] | None = guarded(lambda: run(condition))
    return found or guarded(lambda: run(input_only))


def _output(value: Any) -> Output:
    if isinstance(value, (tuple, list)):
        return Output(None, tuple(map(_output, value)), field_names(value))
    if not isinstance(value, torch.Tensor):
        return Output(Result.PYTHON)
    if not (value.is_floating_point() or value.is_complex()):
        return Output(Result.INTEGER)
    return Output(Result.PROPAGATE if value.requires_grad else Result.NEVER)


def _merge_outputs(kind: str, tries: Sequence[Sample], outputs: Sequence[Output]) -> Output:
    """The widest form; with the flag of the constructor that asks for it, if there is one."""
    if not outputs:
        return Output(Result.PYTHON)
    plain = _with_flags_of_items(kind, tries, max(outputs, key=_strength))
    if "return_indices" not in positions_of(kind):
        return plain
    flagged = [
        _output(ran[0])
        for sample in tries
        for ran in [_run_flagged(kind, sample, "return_indices")]
        if ran is not None
    ]
    return replace(flagged[0], flag="return_indices") if flagged else plain


def _with_flags_of_items(kind: str, tries: Sequence[Sample], output: Output) -> Output:
    """The output, with the arguments of a call that leave out an item where they are false."""
    forward = inspect.signature(class_of(kind).forward).parameters.values()
    items = list(output.items)
    for flag in [each.name for each in forward if each.default is True]:
        asked = [replace(one, input_kwargs={**one.input_kwargs, flag: False}) for one in tries]
        for ran in (_run(kind, one, True, Condition()) for one in asked):
            parts = ran[0] if ran is not None and isinstance(ran[0], tuple) else ()
            for place, part in enumerate(parts[: len(items)]):
                if part is None and items[place].result is not Result.PYTHON:
                    items[place] = replace(items[place], flag=flag)
    return replace(output, items=tuple(items))


def _run_flagged(kind: str, sample: Sample, flag: str) -> tuple[Any, torch.Tensor | None] | None:
    place = positions_of(kind).index(flag)
    args = sample.args
    if place < len(args):
        args = (*args[:place], True, *args[place + 1 :])
        return _run(kind, replace(sample, args=args), True, Condition())
    return _run(kind, replace(sample, kwargs={**sample.kwargs, flag: True}), True, Condition())


def _writes(kind: str, tries: Sequence[Sample], flag: str) -> bool:
    """Whether it writes its input, in training, where the flag of the constructor is true."""
    if flag not in positions_of(kind):
        return False
    ran = [_run_flagged(kind, sample, flag) for sample in tries]
    return any(run is not None and run[0] is run[1] for run in ran)


def rerun(name: str, device: str = "cpu") -> Rerun:
    """Runs modules of a class anew, in evaluation, on a device."""
    kind = name.rpartition(".")[2]
    tries = _constructible(kind)

    def run(convert: Convert, context: Any) -> Sequence[torch.Tensor]:
        found = []
        for sample in tries[:2]:
            output = guarded(partial(_converted, kind, sample, convert, context, device))
            found += [output] if isinstance(output, torch.Tensor) else []
        return found

    return run


def _converted(kind: str, sample: Sample, convert: Convert, context: Any, device: str) -> Any:
    """The first output of a module on converted inputs; its parameters stay as they are."""
    args, kwargs = prepare(Call(sample.inputs or (), sample.input_kwargs), PLAIN)
    args = [a.to(device) if isinstance(a, torch.Tensor) else a for a in args]
    args = [
        convert(a) if isinstance(a, torch.Tensor) and a.is_floating_point() else a for a in args
    ]
    with context:
        output = construct(kind, sample).eval().to(device)(*args, **kwargs)
    while isinstance(output, (tuple, list)) and output:
        output = output[0]
    return output


def _strength(output: Output) -> tuple[int, int]:
    leaves = _leaves(output)
    return len(leaves), sum(leaf is Result.PROPAGATE for leaf in leaves)


def _leaves(output: Output) -> list[Result]:
    if output.result is not None:
        return [output.result]
    return [leaf for item in output.items for leaf in _leaves(item)]


def _aliasing(value: Any, first: torch.Tensor | None) -> Aliasing:
    """Of the first output, under `no_grad` and with frozen parameters."""
    while isinstance(value, (tuple, list)) and value:
        value = value[0]
    if not isinstance(value, torch.Tensor):
        return Aliasing.FRESH
    if value is first:
        return Aliasing.SELF
    return Aliasing.VIEW if value.requires_grad else Aliasing.FRESH


def _depends(ran: Sequence[_Ran]) -> tuple[str, ...]:
    """On what it hangs whether the output is new: on the layout alone, or on the mode, too."""
    of_contiguous = {run.aliasing is Aliasing.FRESH for run in ran if not run.strided}
    return ("layout",) if of_contiguous == {False} else ("call",)


def _merge_aliasing(seen: Sequence[Aliasing]) -> Aliasing:
    found = set(seen)
    if found == {Aliasing.VIEW, Aliasing.SELF}:
        return Aliasing.VIEW
    return found.pop() if len(found) == 1 else Aliasing.SOMETIMES if found else Aliasing.FRESH
