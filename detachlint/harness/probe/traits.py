"""What becomes of layouts, wrappers and dtypes: calls executed with such tensors."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext, suppress
from typing import Any

import torch

from detachlint.harness.probe import lazy_bits, placed, special, written
from detachlint.harness.probe.attributes import told_by, told_by_method
from detachlint.harness.probe.converted import (
    KINDS,
    Rerun,
    beside_odd_ones,
    executed,
    first_outputs,
    given,
    is_float,
    layout_name,
    of_kind,
    outputs,
    same,
    to_bfloat16,
    to_complex,
    to_execute,
    to_sparse,
    usual_calls,
)
from detachlint.harness.probe.execute import (
    FLOAT,
    INTEGER,
    Call,
    beyond_processor,
    guarded,
    guarded_with_error,
)
from detachlint.harness.probe.given_back import computes_parameter
from detachlint.harness.probe.observe import Run
from detachlint.harness.probe.universe import is_attribute
from detachlint.knowledge.names import SPARSE_LAYOUTS, TENSOR


def traits_of(
    name: str, runs: Sequence[Run], ignored: Collection[int] = (), *, in_place: bool = False
) -> Mapping[str, str]:
    """The traits of what `name` gives, as `knowledge.model.TRAITS` calls them.

    `ignored` are the positions of arguments whose flag does not matter (`CallFact.ignored`), and
    `in_place` says whether it writes its first one.
    """
    function, calls = to_execute(runs)
    of_real = [call for call in calls if not any(t.is_complex() for t in given(call))]
    found = {
        # Casts are asked for what they were told to make.
        "complex": "" if special.name_of(name) else _complex(function, calls, of_real),
        "layout": _layout(function, of_real or beside_odd_ones(runs), of_kind(runs, "sparse")),
        "order": _order(runs),
        "mixed": ""
        if special.name_of(name)
        else placed.mixed(function, usual_calls(runs), ignored),
        "integers": written.integers(function, calls) if in_place else "",
        "conj": lazy_bits.conjugate(function, calls, of_real),
        "neg": lazy_bits.negative(function, calls),
        "autocast": autocast_of(first_outputs(function, of_real)),
        "inference": _in_inference_mode(runs),
        "parameter": computes_parameter(name),
        "needs": needed_by(name, runs),
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


def needed_by(name: str, runs: Sequence[Run]) -> str:
    """Whether a method that gives no tensor raises of one that does not require grad, and of no other."""
    gives_tensors = any(kind in (FLOAT, INTEGER) for run in runs for kind in run.plain.kinds)
    if gives_tensors or not name.startswith(f"{TENSOR}.") or is_attribute(name):
        return ""
    method = name.rpartition(".")[2]
    return "flag" if any(_needs_flag(method, given) for given in ((), (_hook,))) else ""


def _needs_flag(method: str, arguments: Sequence[Any]) -> bool:
    plain, marked = torch.ones(()), torch.ones((), requires_grad=True)
    works = guarded_with_error(lambda: getattr(marked, method)(*arguments))[1] == ""
    return works and guarded_with_error(lambda: getattr(plain, method)(*arguments))[1] != ""


def _hook(gradient: torch.Tensor) -> None:
    """Does nothing."""


def kept_by(runs: Sequence[Run]) -> tuple[str, ...]:
    """Which kinds of tensors come out for a first argument of that kind."""
    function, calls = to_execute(runs)
    return tuple(
        kind
        for kind, (convert, is_of_kind) in KINDS.items()
        if {
            is_of_kind(t)
            for t in outputs(function, [*calls, *of_kind(runs, kind)], convert, first_only=True)
        }
        == {True}
    )


def _order(runs: Sequence[Run]) -> str:
    """Whether a view may have the elements in another order in memory than they count, or with gaps."""
    gaps = any(
        view._base is first and first.is_contiguous() and not view.is_contiguous()
        for first, views in executed(runs[0].function, usual_calls(runs), same)
        for view in views
    )
    return "varies" if gaps else ""


def _complex(function: Callable[..., Any], calls: Sequence[Call], of_real: Sequence[Call]) -> str:
    plain = {t.is_complex() for t in outputs(function, of_real, same)}
    if plain == {True}:
        return "makes"
    found = {t.is_complex() for t in outputs(function, calls, to_complex) if is_float(t)}
    if found == {False}:
        return "real"
    return "varies" if len(found) > 1 else ""


def _layout(
    function: Callable[..., Any], calls: Sequence[Call], with_sparse: Sequence[Call]
) -> str:
    found = {layout_name(t) for t in outputs(function, calls, same)}
    if len(found) == 1 and found != {"strided"}:
        return found.pop()
    if len(found) > 1 and found <= SPARSE_LAYOUTS:
        return "argument"
    every = [*calls, *with_sparse]
    of_sparse = _layouts_of_sparse(function, every)
    if of_sparse == {"strided"}:
        several = [call for call in calls if sum(map(is_float, given(call))) > 1]
        of_all = {layout_name(t) for t in outputs(function, several, to_sparse)}
        return "beside" if of_all == {"sparse"} else "strided"
    along = [call for call in every if _asks_for_dimensions(function, call)]
    whole = [call for call in every if not _asks_for_dimensions(function, call)]
    is_whole = _layouts_of_sparse(function, whole) == {"strided"}
    return "whole" if is_whole and "sparse" in _layouts_of_sparse(function, along) else ""


def _layouts_of_sparse(function: Callable[..., Any], calls: Sequence[Call]) -> set[str]:
    return {layout_name(t) for t in outputs(function, calls, to_sparse, first_only=True)}


def keeps_its_own(runs: Sequence[Run]) -> bool:
    """Whether what it gives comes out as it is where it is given that in place of its first tensor."""
    function, calls = to_execute(runs)
    return bool(calls) and all(_comes_out_again(function, call) for call in calls)


def _comes_out_again(function: Callable[..., Any], call: Call) -> bool:
    with torch.no_grad():
        made = guarded(lambda: function(*call.args, **call.kwargs))
        again = guarded(lambda: function(made, *call.args[1:], **call.kwargs))
    return made is not None and again is made


def _asks_for_dimensions(function: Callable[..., Any], call: Call) -> bool:
    """Whether a call of a function of Python has an argument `dim`."""
    with suppress(TypeError, ValueError):
        bound = inspect.signature(function).bind(*call.args, **call.kwargs)
        return bound.arguments.get("dim") is not None
    return False


def autocast_of(run: Rerun, device: str = "cpu") -> str:
    """What autocast for a device, where the tensors are, makes of what `run` computes."""
    with beyond_processor() as refused:
        lowered = {t.dtype for t in run(same, _autocast(device)) if is_float(t)}
    if refused:  # an LSTM: oneDNN was handed lowered numbers, and needs a newer processor for them
        lowered.add(torch.bfloat16)
    without = {t.dtype for t in run(same, nullcontext()) if is_float(t)}
    if torch.bfloat16 in lowered and without == {torch.float32}:
        return "lowers" if len(lowered) == 1 else "sometimes"
    kept = {t.dtype for t in run(to_bfloat16, _autocast(device)) if is_float(t)}
    plain = {t.dtype for t in run(to_bfloat16, nullcontext()) if is_float(t)}
    return "raises" if kept == {torch.float32} and plain == {torch.bfloat16} else ""


def is_left_alone(run: Rerun, device: str) -> bool:
    """Whether either precision was seen to stay what it is under autocast for a device."""
    return all(
        {t.dtype for t in run(convert, _autocast(device)) if is_float(t)} == {dtype}
        for convert, dtype in ((same, torch.float32), (to_bfloat16, torch.bfloat16))
    )


def _autocast(device: str) -> Any:
    return torch.autocast(device, dtype=torch.bfloat16)
