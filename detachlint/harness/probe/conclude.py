"""From executions to a fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from detachlint.harness.probe import attributes, hand, placed, special
from detachlint.harness.probe.ambient import ambient_of
from detachlint.harness.probe.asked import follows_flag
from detachlint.harness.probe.callbacks import what_it_calls
from detachlint.harness.probe.execute import (
    FLOAT,
    INTEGER,
    OutputSeen,
    Position,
    Seen,
    guarded,
    tensors_in,
)
from detachlint.harness.probe.given_back import gives_back
from detachlint.harness.probe.lazy_bits import conjugated_outputs
from detachlint.harness.probe.observe import Run
from detachlint.harness.probe.stubs import overloads, returns_many
from detachlint.harness.probe.traits import keeps_its_own, kept_by, traits_of
from detachlint.harness.probe.universe import is_attribute
from detachlint.knowledge.model import Aliasing, CallFact, Result
from detachlint.knowledge.model import Form as Asked
from detachlint.knowledge.names import BROUGHT_INTO

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


def conclude(name: str, runs: Sequence[Run], *, with_traits: bool = True) -> CallFact:
    """The fact about `name`; raises `Unclassified` where `runs` do not allow one."""
    # What calls back is not asked to call something on tensors of other kinds.
    with_traits = with_traits and special.name_of(name) != "callback"
    if not runs:
        raise Unclassified("no call of it could be executed")
    relevant = [run for run in runs if run.has_float_input] or list(runs)
    rejecting = _rejecting(relevant)
    accepting = [run for run in relevant if not _refuses(run.first_only)]
    rejects = "0" in rejecting
    seen = [_with_flags(run, rejects) for run in (relevant if rejects else accepting)]
    form, repeated = _common_form(name, relevant, seen)
    if not special.name_of(name) and any(map(_keeps_flag_in_a_copy, relevant)):
        raise Unclassified("gives copies with the flags of its arguments")
    usual = [run for run in relevant if not _argument(name, run, "inplace")]
    aliasing = _aliasing(usual, form.results[0])
    ignored = _ignored(relevant, form.results)
    in_place = _in_place(relevant) and _gives_argument(form, aliasing)
    traits = traits_of(name, relevant, ignored, in_place=in_place) if with_traits else {}
    own = traits.get("layout") in BROUGHT_INTO and keeps_its_own(relevant)
    python_type = _python_type([*seen, *(run.plain for run in relevant)], form)
    return CallFact(
        name=name,
        results=form.results,
        sequence=form.sequence,
        fields=form.fields,
        repeated=repeated,
        each=repeated and _is_one_for_each(relevant),
        python_type=python_type,
        aliasing=Aliasing.SOMETIMES if own else aliasing,
        perhaps_self=own or (aliasing is not Aliasing.SELF and _perhaps_self(usual)),
        in_place=in_place,
        rejects=rejecting,
        factory=special.name_of(name) == "" and follows_flag(name, runs),
        special=special.name_of(name),
        form=special.form_of(name),
        calls=what_it_calls(name),
        ambient=ambient_of(name, runs[0].function, "bool" in python_type),
        dtype=placed.legacy_dtype(name, runs) or placed.dtype_of(name, runs, form.results[0]),
        undecided=placed.undecided_dtype(name, runs),
        device=placed.device_of(name, runs),
        host=placed.on_the_host(relevant, form.results) if with_traits else (),
        conjugated=conjugated_outputs(relevant, form.results) if with_traits else (),
        parameters=_deciding_parameters(name) or _first_parameters(name, aliasing, ignored),
        idle=_is_idle(name, relevant),
        ignored=ignored,
        apart=_apart(relevant, form.results),
        attribute=is_attribute(name),
        depends=("kind",) if own else _depends_on(name, usual, form.results[0], aliasing),
        traits=traits,
        keeps=kept_by(relevant) if with_traits else (),
        evidence="+".join(sorted({run.call.source for run in runs} | _read(name))),
    )


def _common_form(name: str, relevant: Sequence[Run], seen: Sequence[Seen]) -> tuple[Form, bool]:
    """The form that the outputs of all executions have, and whether its length is variable.

    Raises `Unclassified` where they have none in common, or one that no fact tells.
    """
    forms = [_form(one) for one in seen if not one.error]
    if not forms:
        raise Unclassified(f"raises: {seen[0].error.splitlines()[0][:80]}")
    if special.name_of(name) == "gives_argument" and not gives_back(name):
        raise Unclassified("gives something else than what it is given")
    form, repeated, varies = _merge(name, forms)
    wanted = special.form_of(name)
    if wanted is not None and not _are_as_asked(name, relevant, wanted, form, repeated):
        raise Unclassified(f"what comes out is not as {wanted.arguments} ask for")
    if any(one.fields and "tuple" in one.kinds for one in seen):
        raise Unclassified("gives a tuple of tensors among its outputs")
    if varies and not special.name_of(name) and wanted is None:
        raise Unclassified(f"outputs vary: {sorted({str(f) for f in forms})}")
    return form, repeated


def _read(name: str) -> set[str]:
    """The evidence of what no CPU shows, and was read: of devices that there are not."""
    return {"read"} if name in {*hand.DEVICES, *attributes.READ} else set()


def _keeps_flag_in_a_copy(run: Run) -> bool:
    """Whether something with memory of its own requires grad, although it was made under `no_grad`."""
    return any(one.requires_grad and one.has_own_memory for one in run.no_grad.outputs)


def _refuses(seen: Seen) -> bool:
    return bool(seen.error) and any(word in seen.error for word in _WORDS_OF_REFUSAL)


def _rejecting(runs: Sequence[Run]) -> tuple[str, ...]:
    """The arguments that refuse to require grad in most of the calls that have them."""
    found: dict[Position, list[bool]] = {}
    for run in runs:
        for place, seen in run.single:
            found.setdefault(place, []).append(_refuses(seen))
    positions = sorted(place for place in found if isinstance(place, int))
    names = sorted(place for place in found if isinstance(place, str))
    places: list[Position] = [*positions, *names]
    return tuple(str(place) for place in places if sum(found[place]) > len(found[place]) / 2)


def _are_as_asked(
    name: str, runs: Sequence[Run], wanted: Asked, form: Form, repeated: bool
) -> bool:
    """Whether so much came out of each call as its arguments asked for, and some asked."""
    counts = set()
    for run in runs:
        given = (_argument(name, run, argument) for argument in wanted.arguments)
        asked = sum(value is not None and value is not False for value in given)
        asked += wanted.asked == "several" and _gives_several(run.call.args)
        counts.add(asked)
        seen = run.plain
        if form.results == (Result.PYTHON,):  # a size, or one number of it
            fits = (seen.kinds == ("int",)) == bool(asked)
        elif repeated:
            fits = bool(seen.sequence) == bool(asked)
        else:
            fits = len(seen.outputs) == len(form.results) - len(wanted.arguments) + asked
        if not fits:
            return False
    return len(counts) > 1


def _gives_several(args: tuple[Any, ...]) -> bool:
    return len(args) > 1 or isinstance(args[0], (list, tuple))


def _argument(name: str, run: Run, argument: str) -> Any:
    """The argument of that name in a call, or None; tensors do not count as one."""
    if argument in run.call.kwargs:
        return run.call.kwargs[argument]
    names = _deciding_parameters(name)
    place = names.index(argument) if argument in names else len(run.call.args)
    value = run.call.args[place] if place < len(run.call.args) else None
    return None if isinstance(value, torch.Tensor) else value


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


def _is_one_for_each(runs: Sequence[Run]) -> bool:
    """Whether each of several tensors that alone requires grad passes that on to its own output."""
    given = [run for run in runs if all(isinstance(a, torch.Tensor) for a in run.call.args)]
    seen = [
        [output.requires_grad for output in one.outputs]
        == [number == place for number in range(len(run.call.args))]
        for run in given
        for place, one in run.single
        if len(run.call.args) > 1 and not one.error
    ]
    return all(seen) and bool(seen)


def _perhaps_self(runs: Sequence[Run]) -> bool:
    """Whether output 0 is argument 0 in some call."""
    return any(
        seen.outputs[0].is_argument
        for run in runs
        for seen in (run.plain, run.no_grad, run.double, run.strided)
        if not seen.error
    )


def _is_idle(name: str, runs: Sequence[Run]) -> bool:
    """Whether argument 0 comes out as it is, where nothing else is given, of what has a `training`."""
    if "training" not in _deciding_parameters(name):
        return False
    firsts = [next(tensors_in(run.call.args), None) for run in runs]
    same = [
        guarded(lambda one=one, run=run: torch.equal(run.function(one.clone()), one))  # type: ignore[misc]
        for one, run in zip(firsts, runs, strict=True)
        if one is not None
    ]
    return all(same) and bool(same)


def _in_place(runs: Sequence[Run]) -> bool:
    without_flag = [run for run in runs if not run.call.kwargs.get("inplace")]
    seen = [run.plain if run.no_grad.error else run.no_grad for run in without_flag]
    seen = [one for one in seen if not one.error]
    return bool(seen) and all(one.wrote_argument for one in seen)


def _gives_argument(form: Form, aliasing: Aliasing) -> bool:
    return aliasing is Aliasing.SELF or form.results == (Result.PYTHON,)


def _depends_on(
    name: str, runs: Sequence[Run], result: Result, aliasing: Aliasing
) -> tuple[str, ...]:
    """On what it hangs whether output 0 is new: the same calls with other tensors tell."""
    if aliasing is not Aliasing.SOMETIMES:
        return ()
    # What is always on one device is new where the input is on another: no CPU can show that.
    found = {"device"} if name in hand.DEVICES else set()
    plain = {_aliasing_seen(run.no_grad, result) for run in runs} - {None}
    for run in runs:
        usual = _aliasing_seen(run.no_grad, result)
        for reason, other in (("layout", run.strided), ("dtype", run.double)):
            seen = _aliasing_seen(other, result)
            if None not in (usual, seen) and (usual is Aliasing.FRESH) != (seen is Aliasing.FRESH):
                found.add(reason)
    if Aliasing.FRESH in plain and len(plain) > 1:
        found.add("dtype" if _casts(runs, result) else "call")
    return tuple(sorted(found))


def _casts(runs: Sequence[Run], result: Result) -> bool:
    """Whether output 0 is new exactly where its dtype is another one than that of the input."""
    seen = [(s, _aliasing_seen(s, result)) for run in runs for s in (run.no_grad, run.double)]
    return all(
        (one.input_dtype != one.outputs[0].dtype) is (aliasing is Aliasing.FRESH)
        for one, aliasing in seen
        if aliasing is not None
    )


def _aliasing_seen(seen: Seen, result: Result) -> Aliasing | None:
    if seen.error or seen.outputs[0].kind not in (FLOAT, INTEGER):
        return None
    return _aliasing_of(seen.outputs[0], result)


def _deciding_parameters(name: str) -> tuple[str, ...]:
    """Parameter names of the overload that has a deciding one, so that flags can be bound."""
    deciding = DECIDING | special.parameters_of(name)
    last = name.rpartition(".")[2]
    for source in (name, f"{name}_with_indices", f"torch.Tensor.{last}"):
        for overload in overloads(source):
            names = tuple(parameter.name for parameter in overload.parameters)
            # How much is dropped stands beside whether anything is; others `train`, too.
            if deciding & set(names) or {"p", "train"} <= set(names):
                return names
    return ()


def _first_parameters(name: str, aliasing: Aliasing, ignored: Sequence[int]) -> tuple[str, ...]:
    """The names of the first parameters, up to the last one of which it matters who it is."""
    is_method = name.startswith("torch.Tensor.")
    count = max(ignored, default=-1) + 1
    if aliasing is not Aliasing.FRESH and not is_method:
        count = max(count, 1)
    if is_method and count < 2:
        return ()
    usual = [[p.name for p in overload.parameters if p.by_position] for overload in overloads(name)]
    firsts = [names[:count] for names in usual if len(names) >= count and names[:1] != ["beta"]]
    return tuple(firsts[0]) if firsts and firsts[0] != ["input"] else ()


def _ignored(runs: Sequence[Run], results: Sequence[Result]) -> tuple[int, ...]:
    """Argument positions that never made a propagating output require grad."""
    if Result.PROPAGATE not in results:
        return ()
    seen = list(_seen_of_positions(runs))
    effective = {place for place, one in seen if any(o.requires_grad for o in one.outputs)}
    return tuple(sorted({place for place, _ in seen} - effective))


def _apart(runs: Sequence[Run], results: Sequence[Result]) -> tuple[tuple[int, ...], ...]:
    """By output, the positions that made others require grad, and never this one."""
    propagating = [i for i, result in enumerate(results) if result is Result.PROPAGATE]
    seen = [(p, one) for p, one in _seen_of_positions(runs) if len(one.outputs) == len(results)]
    effective = {i: {p for p, one in seen if one.outputs[i].requires_grad} for i in propagating}
    every = set[int]().union(*effective.values())
    if all(found == every for found in effective.values()):
        return ()
    return tuple(tuple(sorted(every - effective.get(i, every))) for i in range(len(results)))


def _seen_of_positions(runs: Sequence[Run]) -> Iterator[tuple[int, Seen]]:
    """What was seen where only the argument at a position requires grad."""
    for run in runs:
        for place, seen in run.single:
            if not seen.error and isinstance(place, int):
                yield place, seen
