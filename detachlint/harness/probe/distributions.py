"""What distributions and transforms give, by constructing and asking them."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any, TypeAlias

import torch

from detachlint.harness.probe.distribution_samples import distribution_makers, transform_makers
from detachlint.harness.probe.execute import guarded, seed
from detachlint.harness.probe.universe import resolve
from detachlint.knowledge.model import (
    ALL_LOST,
    OF,
    OF_SOME,
    SOME_LOST,
    Aliasing,
    ClassFact,
    MethodFact,
    Result,
)

OF_DISTRIBUTIONS: Mapping[str, Callable[[Any], Any]] = {
    "cdf": lambda d: d.cdf(d.sample()),
    "entropy": lambda d: d.entropy(),
    "enumerate_support": lambda d: d.enumerate_support(),
    "expand": lambda d: d.expand(torch.Size([3, *d.batch_shape])),
    "icdf": lambda d: d.icdf(torch.full(d.batch_shape, 0.3)),
    "log_prob": lambda d: d.log_prob(d.sample()),
    "perplexity": lambda d: d.perplexity(),
    "rsample": lambda d: d.rsample(),
    "sample": lambda d: d.sample(),
    "sample_n": lambda d: d.sample_n(2),
}
"""The methods of distributions, and how to call them."""

_ATTRIBUTES = {"covariance_matrix", "logits", "mean", "mode", "precision_matrix", "probs"}
_ATTRIBUTES |= {"param_shape", "scale_tril", "stddev", "total_count", "variance"}
_ATTRIBUTES |= {"batch_shape", "event_shape", "has_enumerate_support", "has_rsample", "support"}
_OF_BASES = tuple(
    f"torch.distributions.{n}" for n in ("Distribution", "ExponentialFamily", "Transform")
)
"""Those that others are derived from: what these have to bring along is their own affair."""

OF_TRANSFORMS: Mapping[str, Callable[[Any, Any], Any]] = {
    "__call__": lambda t, x: t(x),
    "forward_shape": lambda t, x: t.forward_shape(x.shape),
    "inverse_shape": lambda t, x: t.inverse_shape(t(x).shape),
    "log_abs_det_jacobian": lambda t, x: t.log_abs_det_jacobian(x, t(x)),
    "with_cache": lambda t, x: t.with_cache(),
}
"""The methods of transforms, and how to call them on what they transform."""
_OF_ANY_TRANSFORM = ("bijective", "codomain", "domain", "inv", "sign")


_Asked: TypeAlias = "dict[str, tuple[Callable[[Any], Any], bool]]"
"""By name, how to ask, and whether it is an attribute."""


@dataclass(frozen=True)
class _Answer:
    result: Result
    aliasing: Aliasing = Aliasing.FRESH
    """KEPT if the flag was there although the object was asked under `no_grad`, VIEW if it also
    follows what is written into a parameter later."""
    of: str = ""
    """Of which parameters it is computed or a view, where it is not of all: see `OF_SOME`."""
    lost: str = ""
    """Whose flags are lost if the object was made under `no_grad`: see `MethodFact.lost`."""


def names() -> list[str]:
    """The names of the classes that get a row."""
    found = [*distribution_makers(), *transform_makers()]
    return [f"torch.distributions.{name}" for name in found]


def observe(name: str) -> ClassFact | None:
    """The fact about the class `name`, or None where it cannot be constructed."""
    kind = name.rpartition(".")[2]
    if kind in distribution_makers():
        return _distribution_fact(name, distribution_makers()[kind])
    return _transform_fact(name, *transform_makers()[kind])


def _distribution_fact(name: str, make: Callable[[Any], Any]) -> ClassFact | None:
    example = guarded(lambda: make(_parameter))
    if example is None:
        return None
    attributes = _ATTRIBUTES | set(_constraints(example))
    asked: _Asked = {method: (call, False) for method, call in OF_DISTRIBUTIONS.items()}
    asked = asked | {attribute: (attrgetter(attribute), True) for attribute in attributes}
    found = _facts(lambda question: _ask(make, question), _of_class(name, example, asked))
    found |= _held(resolve(name), make)
    positions = _positions(resolve(name))
    numbers = _numbers(resolve(name), _constraints(example))
    return ClassFact(name, "distribution", positions, found, "hand", numbers)


def _held(cls: Any, make: Callable[[Any], Any]) -> dict[str, MethodFact]:
    """The attributes under which an object keeps another one that it was given by another name."""
    given: dict[str, Any] = {}
    construct = cls.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        given.update(inspect.signature(construct).bind(self, *args, **kwargs).arguments)
        construct(self, *args, **kwargs)

    cls.__init__ = init
    try:
        made = make(_parameter)
    finally:
        cls.__init__ = construct
    kept = {name: value for name, value in vars(made).items() if isinstance(value, _KINDS)}
    return {
        name: MethodFact(name, Result.PYTHON, Aliasing.SELF, True, f"{OF}{position}")
        for name, value in sorted(kept.items())
        for position, other in given.items()
        if not name.startswith("_") and position != "self" and type(other) is type(value)
    }


def _of_class(name: str, example: Any, asked: _Asked) -> _Asked:
    """What to ask, without what only the derived class of an example has."""
    own = vars(type(example)) if name in _OF_BASES else {}
    return {method: how for method, how in asked.items() if method not in own}


def _transform_fact(name: str, make: Callable[[Any], Any], value: Any) -> ClassFact | None:
    example = guarded(lambda: make(_parameter))
    if example is None:
        return None

    def given(parameter: Callable[..., Any]) -> tuple[Any, Any]:
        return make(parameter), _parameter(value)

    positions = _positions(resolve(name))
    # Of what it is made of, only tensors: objects are known as they were given.
    held = [p for p in positions if isinstance(getattr(example, p, None), torch.Tensor)]
    asked: _Asked = {method: (_on_pair(call), False) for method, call in OF_TRANSFORMS.items()}
    asked = asked | {
        attribute: (_of_first(attribute), True) for attribute in (*_OF_ANY_TRANSFORM, *held)
    }
    found = _facts(lambda question: _ask(given, question), _of_class(name, example, asked))
    return ClassFact(name, "transform", positions, found, "hand")


def _on_pair(call: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    return lambda pair: call(*pair)


def _of_first(attribute: str) -> Callable[[Any], Any]:
    return lambda pair: getattr(pair[0], attribute)


def _facts(
    ask: Callable[[Callable[[Any], Any]], _Answer | None],
    asked: _Asked,
) -> dict[str, MethodFact]:
    """What each question is answered with, by name, without those that are not."""
    answers = {name: (ask(call), is_attribute) for name, (call, is_attribute) in asked.items()}
    return {
        name: _method(name, answer, is_attribute)
        for name, (answer, is_attribute) in sorted(answers.items())
        if answer is not None
    }


def _constraints(distribution: Any) -> Sequence[str]:
    return tuple(guarded(lambda: distribution.arg_constraints) or ())


def _ask(make: Callable[[Any], Any], question: Callable[[Any], Any]) -> _Answer | None:
    """What a fresh object answers; None where it raises."""

    def ask(grad_mode: bool) -> Any:
        seed()
        made = make(_parameter)
        with torch.set_grad_enabled(grad_mode):
            return question(made)

    with_grad, without = guarded(lambda: ask(True)), guarded(lambda: ask(False))
    if not isinstance(with_grad, torch.Tensor):
        made = guarded(lambda: make(_parameter))
        alike = any(
            isinstance(with_grad, kind) and isinstance(_asked_of(made), kind) for kind in _KINDS
        )
        aliasing = Aliasing.SELF if alike else Aliasing.FRESH
        return None if with_grad is None else _Answer(Result.PYTHON, aliasing)
    if not with_grad.is_floating_point():
        return _Answer(Result.INTEGER)
    result = Result.PROPAGATE if with_grad.requires_grad else Result.NEVER
    names = _names_of_parameters(make)
    alone = [_flag_of_one(make, question, number) for number in range(len(names))]
    of = _computed_of(names, alone)
    lost = _lost(make, question, names, alone) if result is Result.PROPAGATE else ""
    if not (isinstance(without, torch.Tensor) and without.requires_grad):
        return _Answer(result, of=of, lost=lost)
    viewed = _viewed(make, question)
    kept = _Answer(result, Aliasing.KEPT, of, lost=lost)
    return _Answer(result, Aliasing.VIEW, viewed) if viewed else kept


def _viewed(make: Callable[[Any], Any], question: Callable[[Any], Any]) -> str:
    """The word for the one parameter that the answer is a view of, as far as flags go; "" if none.

    A parameter that does not require grad is written into after the object was asked.
    """

    def follows(chosen: int) -> bool:
        given: list[torch.Tensor] = []

        def parameter(*values: Any) -> torch.Tensor:
            given.append(torch.tensor(*values))
            return given[-1]

        answer = question(make(parameter))
        given[chosen].mul_(torch.ones((), requires_grad=True))
        return bool(answer.requires_grad)

    names = _names_of_parameters(make)
    found = [name for n, name in enumerate(names) if guarded(partial(follows, n))]
    return f"{OF}{found[0]}" if len(found) == 1 and found[0] else ""


def _computed_of(names: Sequence[str], alone: Sequence[bool | None]) -> str:
    """The word for the parameters that `alone` make the answer require grad; "" where each does."""
    if False not in alone:
        return ""
    enough = [name for name, answer in zip(names, alone, strict=True) if answer]
    known = enough and all(enough) and None not in alone
    return f"{OF}{'+'.join(enough)}" if known else OF_SOME


def _lost(
    make: Callable[[Any], Any],
    question: Callable[[Any], Any],
    names: Sequence[str],
    alone: Sequence[bool | None],
) -> str:
    """The parameters that `alone` make the answer require grad, but not if grad mode was off when the
    object was made (see `MethodFact.lost`)."""
    counting = [n for n, answer in enumerate(alone) if answer is not False]
    answers = {n: _flag_of_one(make, question, n, made_in=False) for n in counting}
    lost = [n for n, answer in answers.items() if answer is False]
    if not lost:
        return "" if None not in answers.values() else SOME_LOST
    if len(lost) == len(counting):
        return ALL_LOST
    known = None not in answers.values() and all(names[n] for n in lost)
    return "+".join(names[n] for n in lost) if known else SOME_LOST


def _flag_of_one(
    make: Callable[[Any], Any],
    question: Callable[[Any], Any],
    chosen: int,
    *,
    made_in: bool = True,
) -> bool | None:
    """Whether an answer requires grad where only the parameter of that number does; None if it fails."""

    def ask() -> Any:
        numbers = itertools.count()

        def parameter(*values: Any) -> torch.Tensor:
            made = _parameter(*values)
            return made if next(numbers) == chosen else made.detach()

        seed()
        with torch.set_grad_enabled(made_in):
            made = make(parameter)
        with torch.enable_grad():
            return question(made).requires_grad

    found: bool | None = guarded(ask)
    return found


def _names_of_parameters(make: Callable[[Any], Any]) -> list[str]:
    """The name under which an object keeps each tensor it is made of; "" where it keeps another."""
    given: list[torch.Tensor] = []

    def parameter(*values: Any) -> torch.Tensor:
        given.append(_parameter(*values))
        return given[-1]

    made = _asked_of(guarded(lambda: make(parameter)))
    kept = {p: guarded(partial(getattr, made, p)) for p in _positions(type(made))}
    places = {t.data_ptr(): p for p, t in kept.items() if isinstance(t, torch.Tensor)}
    return [places.get(tensor.data_ptr(), "") for tensor in given]


_KINDS = (torch.distributions.Distribution, torch.distributions.Transform)


def _asked_of(made: Any) -> Any:
    """The object, without what it is given to transform."""
    return made[0] if isinstance(made, tuple) else made


def _method(name: str, answer: _Answer, is_attribute: bool) -> MethodFact:
    of = answer.of if answer.result is Result.PROPAGATE else ""
    return MethodFact(name, answer.result, answer.aliasing, is_attribute, of, answer.lost)


def _parameter(*values: Any) -> torch.Tensor:
    """A tensor that requires grad, as computed from a leaf."""
    with torch.enable_grad():
        return torch.tensor(*values).requires_grad_().clone()


def _numbers(kind: type, names: Sequence[str]) -> dict[str, float]:
    """The numbers that some parameters are where they are not given."""
    parameters = inspect.signature(kind).parameters
    found = {name: parameters[name].default for name in names if name in parameters}
    return {name: float(n) for name, n in found.items() if type(n) in (int, float)}


def _positions(kind: type) -> tuple[str, ...]:
    parameters = list(inspect.signature(kind).parameters.values())
    return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)
