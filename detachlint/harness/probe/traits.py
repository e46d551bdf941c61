"""What becomes of layouts, lazy bits, wrappers and dtypes: calls executed with such tensors."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, TypeAlias

import torch
from torch.masked import MaskedTensor, masked_tensor

from detachlint.harness.probe import special
from detachlint.harness.probe.attributes import told_by, told_by_method
from detachlint.harness.probe.execute import Call, guarded, seed, tensors_in
from detachlint.harness.probe.observe import Run
from detachlint.harness.probe.universe import is_attribute

MOST_CALLS = 5
"""Calls of one callable that are executed anew."""

Convert: TypeAlias = "Callable[[torch.Tensor], torch.Tensor]"


def traits_of(name: str, runs: Sequence[Run]) -> Mapping[str, str]:
    """The traits of what `name` gives, as `knowledge.model.TRAITS` calls them."""
    function, calls = to_execute(runs)
    of_real = [call for call in calls if not any(t.is_complex() for t in _given(call))]
    found = {
        # Casts are asked for what they were told to make.
        "complex": "" if special.name_of(name) else _complex(function, calls, of_real),
        "layout": _layout(function, of_real, _of_kind(runs, "sparse")),
        "conj": _conjugate(function, calls, of_real),
        "neg": _negative(function, calls),
        "autocast": autocast_of(first_outputs(function, of_real)),
        "inference": _in_inference_mode(runs),
        "tells": told_by(name) if is_attribute(name) else _told_by_method(name, runs),
    }
    return {key: word for key, word in found.items() if word}


def _in_inference_mode(runs: Sequence[Run]) -> str:
    """Whether output 0 has the flag in inference mode, and not under `no_grad`, where it works there."""
    answers = {
        run.inference.outputs[0].requires_grad
        and (bool(run.no_grad.error) or not run.no_grad.outputs[0].requires_grad)
        for run in runs
        if run.has_float_input and not run.inference.error
    }
    return "keeps" if answers == {True} else ""


def _told_by_method(name: str, runs: Sequence[Run]) -> str:
    """What a method tells that answers yes or no; others are not run once more."""
    answers = all(run.plain.kinds == ("bool",) for run in runs)
    return told_by_method(name) if answers else ""


def kept_by(runs: Sequence[Run]) -> tuple[str, ...]:
    """Which kinds of tensors come out for a first argument of that kind."""
    function, calls = to_execute(runs)
    return tuple(
        kind
        for kind, (convert, is_of_kind) in _KINDS.items()
        if {
            is_of_kind(t)
            for t in _outputs(function, [*calls, *_of_kind(runs, kind)], convert, first_only=True)
        }
        == {True}
    )


def _of_kind(runs: Sequence[Run], kind: str) -> list[Call]:
    """The calls that come with a first tensor of that kind (`coalesce` takes no other)."""
    is_of_kind = _KINDS[kind][1]
    return [run.call for run in runs for first in _given(run.call)[:1] if is_of_kind(first)][
        :MOST_CALLS
    ]


def to_execute(runs: Sequence[Run]) -> tuple[Callable[..., Any], list[Call]]:
    """The function, and the calls of it that are executed anew. IndexError where nothing was run."""
    return runs[0].function, [run.call for run in runs if _is_usual(run.call)][:MOST_CALLS]


def _given(call: Call) -> list[torch.Tensor]:
    return list(tensors_in([call.args, call.kwargs]))


def _is_usual(call: Call) -> bool:
    """Whether it has tensors in single precision, real or complex, of the usual kind."""
    given = _given(call)
    single = any(t.dtype in (torch.float32, torch.complex64) for t in given)
    return single and not any(map(_is_odd, given))


def _is_odd(tensor: torch.Tensor) -> bool:
    return tensor.layout is not torch.strided or tensor.is_nested or tensor.is_conj()


# --- questions --------------------------------------------------------------------------------


def _complex(function: Callable[..., Any], calls: Sequence[Call], of_real: Sequence[Call]) -> str:
    plain = {t.is_complex() for t in _outputs(function, of_real, _same)}
    if plain == {True}:
        return "makes"
    found = {t.is_complex() for t in _outputs(function, calls, _to_complex) if _is_float(t)}
    if found == {False}:
        return "real"
    return "varies" if len(found) > 1 else ""


def _layout(
    function: Callable[..., Any], calls: Sequence[Call], with_sparse: Sequence[Call]
) -> str:
    found = {_layout_name(t) for t in _outputs(function, calls, _same)}
    if len(found) == 1 and found != {"strided"}:
        return found.pop()
    sparse = _outputs(function, [*calls, *with_sparse], _to_sparse, first_only=True)
    of_sparse = {_layout_name(t) for t in sparse}
    return "strided" if of_sparse == {"strided"} else ""


def _layout_name(tensor: torch.Tensor) -> str:
    if isinstance(tensor, MaskedTensor):
        return "masked"
    if tensor.is_nested:
        return "nested"
    if tensor.layout is torch.strided:
        return "strided"
    return "mkldnn" if tensor.is_mkldnn else "sparse"


def _conjugate(function: Callable[..., Any], calls: Sequence[Call], of_real: Sequence[Call]) -> str:
    of_reals = {t.is_conj() for t in _outputs(function, of_real, _same)}
    if True in of_reals:
        return "of-real" if of_reals == {True} else "perhaps-of-real"
    of_plain = {t.is_conj() for t in _outputs(function, calls, _to_complex)}
    of_lazy = [t for t in _outputs(function, calls, _to_conjugate) if t.is_complex()]
    lazy = {t.is_conj() for t in of_lazy}
    if of_plain == {True} and lazy == {False}:
        return "sets"
    # A copy resolves the bit in any case.
    plain = list(_aliases(function, calls, _to_complex))
    return "clears" if lazy == {False} and of_plain == {False} and all(plain) and plain else ""


def _negative(function: Callable[..., Any], calls: Sequence[Call]) -> str:
    if {t.is_neg() for t in _outputs(function, calls, _to_conjugate)} == {True}:
        return "sets"
    of_lazy = {t.is_neg() for t in _outputs(function, calls, _to_negative)}
    plain = list(_aliases(function, calls, _same))
    return "clears" if of_lazy == {False} and all(plain) and plain else ""


Rerun: TypeAlias = "Callable[[Convert, Any], Sequence[torch.Tensor]]"
"""Computes anew, of converted tensors in a context; gives the first outputs."""


def autocast_of(run: Rerun, device: str = "cpu") -> str:
    """What autocast for a device, where the tensors are, makes of what `run` computes."""
    lowered = {t.dtype for t in run(_same, _autocast(device)) if _is_float(t)}
    without = {t.dtype for t in run(_same, nullcontext()) if _is_float(t)}
    if torch.bfloat16 in lowered and without == {torch.float32}:
        return "lowers" if len(lowered) == 1 else "sometimes"
    kept = {t.dtype for t in run(_to_bfloat16, _autocast(device)) if _is_float(t)}
    plain = {t.dtype for t in run(_to_bfloat16, nullcontext()) if _is_float(t)}
    return "raises" if kept == {torch.float32} and plain == {torch.bfloat16} else ""


def is_left_alone(run: Rerun, device: str) -> bool:
    """Whether either precision was seen to stay what it is under autocast for a device."""
    return all(
        {t.dtype for t in run(convert, _autocast(device)) if _is_float(t)} == {dtype}
        for convert, dtype in ((_same, torch.float32), (_to_bfloat16, torch.bfloat16))
    )


def _autocast(device: str) -> Any:
    return torch.autocast(device, dtype=torch.bfloat16)


# --- executions -------------------------------------------------------------------------------


def first_outputs(function: Callable[..., Any], calls: Sequence[Call]) -> Rerun:
    """Calls the function anew; calls that do not accept converted tensors give nothing."""

    def run(convert: Convert, context: Any) -> Sequence[torch.Tensor]:
        with context:
            return list(_outputs(function, calls, convert))

    return run


def _outputs(
    function: Callable[..., Any], calls: Sequence[Call], convert: Convert, first_only: bool = False
) -> Iterator[torch.Tensor]:
    """The first output of each call that accepts converted tensors, if that is a tensor."""
    for _, output in _executed(function, calls, convert, first_only):
        yield output


def _aliases(
    function: Callable[..., Any], calls: Sequence[Call], convert: Convert
) -> Iterator[bool]:
    """Of each of these calls, whether the output is the very tensor, or a view of it."""
    for given, output in _executed(function, calls, convert, False):
        yield output is given or output._base is given


def _executed(
    function: Callable[..., Any], calls: Sequence[Call], convert: Convert, first_only: bool
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    for call in calls:
        made = guarded(lambda call=call: _converted(call, convert, first_only))  # type: ignore[misc]  # bound at once
        if made is None:
            continue
        seed()
        given = next(tensors_in([made.args, made.kwargs]))
        output = guarded(lambda made=made: _first(function(*made.args, **made.kwargs)))  # type: ignore[misc]
        if isinstance(output, torch.Tensor):
            yield given, output


def _first(output: Any) -> Any:
    while isinstance(output, (tuple, list)) and output:
        output = output[0]
    return output


def _converted(call: Call, convert: Convert, first_only: bool) -> Call:
    """The call with its float tensors converted: all of them, or the first alone."""
    left = [True]

    def change(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            if not _is_float(value) or not left[0]:
                return value.clone()
            left[0] = not first_only
            return convert(value.clone())
        if type(value) in (list, tuple):
            return type(value)(change(item) for item in value)
        return value

    args = tuple(change(value) for value in call.args)
    return replace(call, args=args, kwargs={key: change(v) for key, v in call.kwargs.items()})


def _is_float(tensor: torch.Tensor) -> bool:
    return tensor.is_floating_point() or tensor.is_complex()


def _same(tensor: torch.Tensor) -> torch.Tensor:
    return tensor


def _to_complex(tensor: torch.Tensor) -> torch.Tensor:
    return tensor if tensor.is_complex() else tensor.to(torch.complex64) * (1 + 0.5j)


def _to_conjugate(tensor: torch.Tensor) -> torch.Tensor:
    return _to_complex(tensor).conj()


def _to_negative(tensor: torch.Tensor) -> torch.Tensor:
    return _to_conjugate(tensor).imag


def _to_bfloat16(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.bfloat16()


def _to_sparse(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.to_sparse() if tensor.layout is torch.strided else tensor


def _nested(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.is_nested:
        return tensor
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.nested.as_nested_tensor([tensor, tensor])


def _masked(tensor: torch.Tensor) -> torch.Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return masked_tensor(tensor, torch.ones_like(tensor, dtype=torch.bool))


_KINDS: Mapping[str, tuple[Convert, Callable[[torch.Tensor], bool]]] = {
    "sparse": (_to_sparse, lambda t: _layout_name(t) == "sparse"),
    "nested": (_nested, lambda t: t.is_nested),
    "masked": (_masked, lambda t: isinstance(t, MaskedTensor)),
}
