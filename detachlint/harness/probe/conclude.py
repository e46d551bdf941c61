"""From executions to a fact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from detachlint.harness.probe import hand, special
from detachlint.harness.probe.execute import FLOAT, INTEGER, OutputSeen, Seen
from detachlint.harness.probe.observe import Run
from detachlint.harness.probe.stubs import overloads, parameter_names, returns_many
from detachlint.harness.probe.universe import is_attribute
from detachlint.knowledge.model import Aliasing, CallFact, Result

DECIDING = frozenset(("inplace", "training", "copy", "as_tuple", "return_indices"))
"""Parameters that decide about aliasing or the form of the result."""

_WORDS_OF_REFUSAL = ("grad", "differentiable", "differentiation", "autograd", "derivative")


class Unclassified(Exception):
    """The executions do not add up to a fact; the text says why."""


@dataclass(frozen=True)
class Form:
    """The arrangement and results of one execution's outputs."""

    sequence: str
    fields: tuple[str, ...]
    results: tuple[Result, ...]


def conclude(name: str, runs: Sequence[Run]) -> CallFact:
    """The fact about `name`; raises `Unclassified` where `runs` do not allow one."""
    if not runs:
        raise Unclassified("no call of it could be executed")
    relevant = [run for run in runs if run.has_float_input] or list(runs)
    accepting = [run for run in relevant if not _refuses(run)]
    rejects = len(accepting) < len(relevant) / 2
    seen = [_with_flags(run, rejects) for run in (relevant if rejects else accepting)]
    forms = [_form(one) for one in seen if not one.error]
    if not forms:
        raise Unclassified(f"raises: {seen[0].error.splitlines()[0][:80]}")
    form, repeated, varies = _merge(name, forms)
    if varies and not special.name_of(name):
        raise Unclassified(f"outputs vary: {sorted({str(f) for f in forms})}")
    aliasing = _aliasing(relevant, form.results[0])
    return CallFact(
        name=name,
        results=form.results,
        sequence=form.sequence,
        fields=form.fields,
        repeated=repeated,
        python_type=_python_type([*seen, *(run.plain for run in relevant)], form),
        aliasing=aliasing,
        in_place=_in_place(relevant) and _gives_argument(form, aliasing),
        rejects_grad=rejects,
        factory="requires_grad" in parameter_names(name) and special.name_of(name) == "",
        special=special.name_of(name),
        dtype=_dtype(name, relevant, form.results[0]),
        device=_device(name),
        parameters=_deciding_parameters(name),
        ignored=_ignored(relevant, form.results),
        attribute=is_attribute(name),
        evidence="+".join(sorted({run.call.source for run in runs})),
    )


def _refuses(run: Run) -> bool:
    error = run.first_only.error
    return bool(error) and any(word in error for word in _WORDS_OF_REFUSAL)


def _with_flags(run: Run, rejects: bool) -> Seen:
    return run.plain if rejects else run.grad


def _form(seen: Seen) -> Form:
    return Form(seen.sequence, seen.fields, tuple(map(_result, seen.outputs)))


def _result(output: OutputSeen) -> Result:
    if output.kind == INTEGER:
        return Result.INTEGER
    if output.kind == FLOAT:
        return Result.PROPAGATE if output.requires_grad else Result.NEVER
    return Result.PYTHON


_STRENGTH = (Result.PYTHON, Result.INTEGER, Result.NEVER, Result.PROPAGATE)


def _strongest(results: Iterable[Result]) -> Result:
    """What the output can be at most: a sample may not depend on its input by accident."""
    return max(results, key=_STRENGTH.index)


def _merge(name: str, forms: Sequence[Form]) -> tuple[Form, bool, bool]:
    """One form, whether its length is variable, and whether others do not fit it."""
    sequences = {(form.sequence, bool(form.fields)) for form in forms}
    lengths = {len(form.results) for form in forms}
    kinds = {result for form in forms for result in form.results}
    unnamed = sequences & {("tuple", False), ("list", False)}
    lengths_of_sequences = {len(form.results) for form in forms if form.sequence}
    is_variable = len(lengths_of_sequences) > 1 or _returns_many(name)
    if len(unnamed) == 1 and len(kinds) == 1 and is_variable:
        return Form(unnamed.pop()[0], (), (kinds.pop(),)), True, len(sequences) > 1
    widest = max(lengths)
    alike = [form for form in forms if len(form.results) == widest]
    alike = [form for form in alike if form.sequence == alike[0].sequence]
    results = tuple(_strongest(form.results[i] for form in alike) for i in range(widest))
    varies = len(alike) < len(forms)
    return Form(alike[0].sequence, alike[0].fields, results), False, varies


def _returns_many(name: str) -> bool:
    """`unbind_copy` gives as many as `unbind`, of which alone the stubs say so."""
    return name in special.REPEATED or any(map(returns_many, (name, name.removesuffix("_copy"))))


def _python_type(seen: Sequence[Seen], form: Form) -> str:
    if form.results != (Result.PYTHON,):
        return ""
    kinds = {one.outputs[0].kind for one in seen if not one.error}
    if "float" in kinds:  # a number: complex ones come from the complex samples
        kinds.discard("complex")
    return "|".join(sorted(kinds))


def _aliasing(runs: Sequence[Run], result: Result) -> Aliasing:
    """What output 0 has in common with the input, over all executions under `no_grad`."""
    if result is Result.PYTHON:
        return Aliasing.FRESH
    # What never requires grad may refuse inputs that do; its memory is seen without them, too.
    found = {
        _aliasing_of(seen.outputs[0], result)
        for run in runs
        for seen in (run.no_grad, run.double, run.strided, *_plain_if(result, run))
        if not seen.error and seen.outputs[0].kind in (FLOAT, INTEGER)
    }
    if found == {Aliasing.VIEW, Aliasing.SELF}:
        return Aliasing.VIEW
    return found.pop() if len(found) == 1 else Aliasing.SOMETIMES if found else Aliasing.FRESH


def _plain_if(result: Result, run: Run) -> tuple[Seen, ...]:
    return () if result is Result.PROPAGATE else (run.plain,)


def _aliasing_of(output: OutputSeen, result: Result) -> Aliasing:
    if output.is_argument:
        return Aliasing.SELF
    # Without storage (sparse) the surviving flag is the evidence; for `detach` the memory is.
    if output.requires_grad or (output.shares_memory and result is not Result.PROPAGATE):
        return Aliasing.VIEW
    return Aliasing.FRESH


def _in_place(runs: Sequence[Run]) -> bool:
    without_flag = [run for run in runs if not run.call.kwargs.get("inplace")]
    seen = [run.plain if run.no_grad.error else run.no_grad for run in without_flag]
    seen = [one for one in seen if not one.error]
    return bool(seen) and all(one.wrote_argument for one in seen)


def _gives_argument(form: Form, aliasing: Aliasing) -> bool:
    return aliasing is Aliasing.SELF or form.results == (Result.PYTHON,)


_WIDTH = {"complex64": "float32", "complex128": "float64"}


def _dtype(name: str, runs: Sequence[Run], result: Result) -> str:
    if result is Result.PYTHON:
        return "same"
    if "dtype" in parameter_names(name):
        return "argument"
    seen = [s for run in runs if "dtype" not in run.call.kwargs for s in (run.no_grad, run.double)]
    pairs = {
        (_width(one.input_dtype), _width(one.outputs[0].dtype))
        for one in seen
        if not one.error and one.outputs[0].kind in (FLOAT, INTEGER)
    }
    outputs = {output for _, output in pairs}
    inputs = {given for given, _ in pairs}
    if len(outputs) == 1 and (len(inputs) > 1 or result is Result.INTEGER):
        return outputs.pop()
    return "same"


def _width(dtype: str) -> str:
    return _WIDTH.get(dtype, dtype)


def _device(name: str) -> str:
    if name in hand.DEVICES:
        return hand.DEVICES[name]
    return "argument" if "device" in parameter_names(name) else "same"


def _deciding_parameters(name: str) -> tuple[str, ...]:
    """Parameter names of the overload that has a deciding one, so that flags can be bound."""
    deciding = DECIDING | special.parameters_of(special.name_of(name))
    for source in (name, f"{name}_with_indices"):
        for overload in overloads(source):
            names = tuple(parameter.name for parameter in overload.parameters)
            if deciding & set(names):
                return names
    return ()


def _ignored(runs: Sequence[Run], results: Sequence[Result]) -> tuple[int, ...]:
    """Argument positions that never made a propagating output require grad."""
    if Result.PROPAGATE not in results:
        return ()
    candidates: set[int] = set()
    effective: set[int] = set()
    for run in runs:
        for place, seen in run.single:
            if seen.error:
                continue
            candidates.add(place)
            if any(output.requires_grad for output in seen.outputs):
                effective.add(place)
    return tuple(sorted(candidates - effective))
