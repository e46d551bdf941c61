"""What NumPy does with a tensor in place of an array, a number or a list of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch

from detachlint.harness.probe.execute import guarded_with_error, seed, tensors_in
from detachlint.harness.probe.numpy_calls import (
    FURTHER,
    REJECTED,
    Arguments,
    Put,
    argument_lists,
    fresh,
    is_written,
    lists_of_reductions,
)
from detachlint.harness.probe.numpy_otherwise import otherwise
from detachlint.harness.probe.numpy_ranks import rank_of
from detachlint.harness.probe.numpy_universe import OBJECTS, functions, is_attribute, why_not
from detachlint.knowledge.gates import SIZE, Gate, NumpyFact

REFUSED = "refused"
_STARS: dict[Any, str] = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
}
_REFUSAL = "Can't call numpy() on Tensor that requires grad"


class Watched(torch.Tensor):
    """A tensor that notes by which protocol its values are asked for."""

    asked: set[str] = set()  # noqa: RUF012  # shared on purpose: emptied before each call


def _watch(protocol: str) -> None:
    inherited = getattr(torch.Tensor, protocol)

    def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            answer = inherited(self, *args, **kwargs)
        except RuntimeError:
            Watched.asked.add(REFUSED)
            raise
        Watched.asked.add(protocol)
        return answer

    setattr(Watched, protocol, noted)


_SCALAR_PROTOCOLS = ("__float__", "__int__", "__bool__", "__index__", "__complex__", "item")
for _protocol in ("__array__", *_SCALAR_PROTOCOLS):
    _watch(_protocol)


@dataclass(frozen=True)
class _Substitution:
    """One argument of a list that accepts arrays, replaced by a tensor (or list of tensors)."""

    key: str
    place: int
    make: Callable[[bool, bool], Any]
    """A plain or grad-requiring, plain or watched stand-in for the argument."""
    has_flag: bool = True
    """Whether the tensor can require grad: whole numbers cannot."""


def names() -> list[str]:
    """The functions, methods and operators that get a row, sorted."""
    return sorted(functions())


def observe_numpy(name: str) -> NumpyFact | None:
    """The fact about `name`, or None where no arguments for it are known, or it is left alone."""
    if why_not(name):
        return None
    function = functions()[name]
    working = _that_work(function, argument_lists(name))
    further = _that_work(function, FURTHER) if not (working and is_written(name)) else []
    working, further = (working, further) if working else (further, [])
    if not working:
        return None
    seen, gives = _seen_gates(function, [*working, *REJECTED.get(name, ())])
    of_others = _seen_of_others(function, [*working, *further])
    if not seen:
        working = [*working, *further] if of_others else working
        given_back = [_gives(function, given) for given in working]
        gives = "array" if "array" in given_back else given_back[0]
    seen = {**_seen_of_reductions(name, function), **of_others, **seen}
    if is_attribute(name):
        gives = "attribute"
    gates = {key: met[0][0] for key, met in sorted(seen.items())}
    others = {key: one for key, met in seen.items() if (one := otherwise(met, _place(key)))}
    rank = rank_of(name, function, working)
    parameters = _parameters(function) if gates or rank in ("shape", "contents", SIZE) else ()
    return NumpyFact(name, gates, parameters, gives, rank, "executed", others)


def _seen_of_reductions(name: str, function: Callable[..., Any]) -> dict[str, list[_Met]]:
    """The gates of what says which items a reduction looks at."""
    by_position = _by_position(function)
    lists = _that_work(by_position, lists_of_reductions(name, _defaults(function)))
    return _seen_gates(by_position, lists)[0]


_Met: TypeAlias = "tuple[Gate, Arguments]"


def _seen_gates(
    function: Callable[..., Any], lists: Sequence[Arguments]
) -> tuple[dict[str, list[_Met]], str]:
    """The gates of each argument that tensors are put in for, with the calls in which they were met,
    and what comes out of the first."""
    seen: dict[str, list[_Met]] = {}
    gives = ""
    for given in lists:
        for substitution in _substitutions(given):
            gate = _gate(function, given, substitution)
            seen.setdefault(substitution.key, []).append((gate, given))
            gives = gives or _gives(function, _with(given, substitution, False, False))
    return {key: _accepting(met) for key, met in seen.items()}, gives


def _accepting(met: list[_Met]) -> list[_Met]:
    """Without the calls that reject it, before or after they convert it, where others do not: those
    are wrong in their number of dimensions only."""
    accepting = [one for one in met if one[0] is not Gate.REJECTS] or met
    if any(gate is Gate.CONVERTS for gate, _ in accepting):
        return [(Gate.CONVERTS if g is Gate.UNFIT else g, given) for g, given in accepting]
    return accepting


def _place(key: str) -> int:
    return int(key.rstrip("s[]"))


def _seen_of_others(
    function: Callable[..., Any], lists: Sequence[Arguments]
) -> dict[str, list[_Met]]:
    """The same of arguments that take arrays of texts, whole numbers or records, and convert a tensor
    before they see that it holds none of these."""
    seen: dict[str, list[_Met]] = {}
    for given in lists:
        for substitution in _floats_for_others(given):
            gate = _gate(function, given, substitution)
            seen.setdefault(substitution.key, []).append((gate, given))
    converting = {
        key: sorted(_accepting(met), key=lambda one: one[0] not in _CONVERTING)
        for key, met in seen.items()
    }
    return {key: met for key, met in converting.items() if met[0][0] in _CONVERTING}


_CONVERTING = (Gate.CONVERTS, Gate.UNFIT)


def _floats_for_others(given: Arguments) -> Iterator[_Substitution]:
    for place, value in enumerate(given):
        if _holds_others(value):
            numbers = np.ones(value.shape)
            yield _Substitution(f"{place}", place, _tensor_maker(numbers))
            if value.ndim == 1:
                yield _Substitution(f"{place}[]", place, _list_maker(numbers))
        elif type(value) in (list, tuple) and value and all(map(_holds_others, value)):
            several = [np.ones(one.shape) for one in value]
            yield _Substitution(f"{place}[]", place, _tensors_maker(several))


def _holds_others(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind not in "fcO"


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    return tuple(_STARS.get(parameter.kind, parameter.name) for parameter in parameters)


def _by_position(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, given by position what it takes by keyword alone."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return function
    named = [one.name for one in parameters if one.kind is inspect.Parameter.KEYWORD_ONLY]
    count = len(parameters) - len(named)

    def call(*given: Any) -> Any:
        return function(*given[:count], **dict(zip(named, given[count:], strict=False)))

    return call if named else function


def _defaults(function: Callable[..., Any]) -> dict[str, Any]:
    """The defaults of its arguments, in order."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {parameter.name: parameter.default for parameter in parameters}


def _that_work(function: Callable[..., Any], lists: Sequence[Arguments]) -> list[Arguments]:
    return [given for given in lists if _works(function, given)]


def _works(function: Callable[..., Any], given: Arguments) -> bool:
    return _call(function, given)[1] == ""


def _call(function: Callable[..., Any], given: Sequence[Any]) -> tuple[Any, str]:
    """The result and the text of the error, of which one is empty."""
    seed()
    return guarded_with_error(lambda: function(*map(fresh, given)))


def _substitutions(given: Arguments) -> Iterator[_Substitution]:
    for place, value in enumerate(given):
        if isinstance(value, Put):
            yield _Substitution(f"{place}", place, _tensor_maker(value.array), has_flag=False)
        elif _holds_floats(value):
            yield _Substitution(f"{place}", place, _tensor_maker(value))
            if value.ndim == 1:
                yield _Substitution(f"{place}[]", place, _list_maker(value))
        elif type(value) is float:  # a NumPy scalar is a float, too
            yield _Substitution(f"{place}s", place, _tensor_maker(np.array(value)))
        elif isinstance(value, list) and value and _holds_floats(value[0]):
            yield _Substitution(f"{place}[]", place, _tensors_maker(value))


def _holds_floats(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def _tensor_maker(array: Any) -> Callable[[bool, bool], Any]:
    def make(requires_grad: bool, watched: bool) -> Any:
        tensor = torch.from_numpy(array.copy())
        tensor = tensor.as_subclass(Watched) if watched else tensor
        has_flag = requires_grad and tensor.is_floating_point()
        return tensor.requires_grad_() * 1 if has_flag else tensor

    return make


def _list_maker(array: Any) -> Callable[[bool, bool], Any]:
    def make(requires_grad: bool, watched: bool) -> Any:
        return [_tensor_maker(np.array(one))(requires_grad, watched) for one in array]

    return make


def _tensors_maker(arrays: Sequence[Any]) -> Callable[[bool, bool], Any]:
    def make(requires_grad: bool, watched: bool) -> Any:
        return [_tensor_maker(array)(requires_grad, watched) for array in arrays]

    return make


def _with(given: Arguments, substitution: _Substitution, *kind: bool) -> list[Any]:
    replaced = list(given)
    replaced[substitution.place] = substitution.make(*kind)
    return replaced


def _gate(function: Callable[..., Any], given: Arguments, substitution: _Substitution) -> Gate:
    output, error = _call(function, _with(given, substitution, True, False))
    if error:
        works_without = not _call(function, _with(given, substitution, False, False))[1]
        if _REFUSAL in error:
            return Gate.CONVERTS if works_without else Gate.UNFIT
        return Gate.EXPORTS if works_without else Gate.REJECTS
    Watched.asked.clear()
    _call(function, _with(given, substitution, True, True))
    if not substitution.has_flag and "__array__" in Watched.asked:
        return Gate.CONVERTS
    if any(True for _ in tensors_in(output)):
        return Gate.DELEGATES
    if REFUSED in Watched.asked:
        return Gate.SWALLOWS
    return Gate.SCALAR if Watched.asked else Gate.KEEPS


def _gives(function: Callable[..., Any], given: Sequence[Any]) -> str:
    """What comes out, as `NumpyFact.gives` names it."""
    output, error = _call(function, given)
    if error:
        return ""
    if isinstance(output, torch.Tensor):
        return "tensor" if output.is_floating_point() else "integers"
    if isinstance(output, np.ndarray):
        return "array"
    if isinstance(output, np.generic):
        return "scalar"
    kind = next((name for name, cls in OBJECTS.items() if type(output) is cls), "")
    if kind:
        return kind
    if isinstance(output, (bool, int, float, complex)):
        return "number"
    is_several = isinstance(output, (tuple, list)) and any(
        isinstance(item, (np.ndarray, torch.Tensor)) for item in output
    )
    return "several" if is_several else "python"
