"""All executions of one public callable, and the fact that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any

from detachlint.harness.probe import hand
from detachlint.harness.probe.execute import (
    PLAIN,
    Call,
    Condition,
    Position,
    Seen,
    execute,
    tensors_in,
)
from detachlint.harness.probe.opinfo import sample_calls
from detachlint.harness.probe.stubs import guessed_calls, parameter_names
from detachlint.harness.probe.universe import function_of

MOST_CALLS = 24
"""Working calls kept of one callable."""
MOST_OUT_OF_TIME = 3
"""Calls that may run out of time: then no more are tried."""
MOST_TRIES = 2000
"""Calls tried of one callable. Not a time: two runs have to give the same rows."""


@dataclass(frozen=True)
class Run:
    """One call, executed under all conditions that tell something."""

    function: Callable[..., Any]
    call: Call
    plain: Seen
    grad: Seen
    no_grad: Seen
    inference: Seen
    first_only: Seen
    """Only argument 0 requires grad."""
    double: Seen
    strided: Seen
    single: tuple[tuple[Position, Seen], ...]
    """Only the argument at this position, or of this name, requires grad."""

    @property
    def has_float_input(self) -> bool:
        """Whether any argument could require grad."""
        return any(
            t.is_floating_point() or t.is_complex()
            for t in tensors_in([self.call.args, self.call.kwargs])
        )


def observe(name: str) -> list[Run]:
    """Execute `name` with calls from the first source that has working ones."""
    function = hand.function(name) or function_of(name)
    return [run(function, call) for call in _working_calls(name, function)]


def _working_calls(name: str, function: Callable[..., Any]) -> list[Call]:
    by_hand = hand.calls(name)
    working = list(_that_work(function, by_hand))
    if hand.is_complete(name):
        return working
    more = list(_that_work(function, sample_calls(name)))
    if not more and not working and hand.may_be_guessed(name):
        more = list(_that_work(function, guessed_calls(name), most=4))
    return working + more + list(_that_work(function, _toggled(name, working + more)))


def _toggled(name: str, calls: Sequence[Call]) -> Iterator[Call]:
    """The first calls again, with the flags turned that decide about aliasing."""
    flags = sorted({"inplace", "training"} & parameter_names(name))
    for call in calls[:3]:
        for flag, value in product(flags, (False, True)):
            yield replace(call, kwargs={**call.kwargs, flag: value})


def _that_work(
    function: Callable[..., Any], calls: Iterator[Call] | Sequence[Call], most: int = MOST_CALLS
) -> Iterator[Call]:
    """The calls that do not raise: the first `most`, and later ones of a new form."""
    forms: set[tuple[Any, ...]] = set()
    kept = late = 0
    for call in islice(calls, MOST_TRIES):
        seen = execute(function, call, PLAIN)
        late += seen.is_out_of_time
        if late == MOST_OUT_OF_TIME:
            return
        if seen.error or seen.kinds == ("NotImplementedType",):
            continue
        form = (seen.sequence, seen.kinds)
        if kept < most or form not in forms:
            forms.add(form)
            kept += 1
            yield call


def run(function: Callable[..., Any], call: Call) -> Run:
    """Execute one call under all conditions."""
    places: list[Position] = [*range(len(call.args)), *call.kwargs]
    single = [
        (place, execute(function, call, Condition(grad_at=frozenset([place]))))
        for place in places
        if _has_float(call.args[place] if isinstance(place, int) else call.kwargs[place])
    ]
    accepted = frozenset(place for place, seen in single if not seen.error)
    # Some arguments refuse to require grad (`weight` of `cross_entropy`): those do not take part.
    at = None if len(accepted) == len(single) else accepted
    return Run(
        function=function,
        call=call,
        plain=execute(function, call, PLAIN),
        grad=execute(function, call, Condition(grad_at=at)),
        no_grad=execute(function, call, Condition(grad_mode=False)),
        inference=execute(function, call, Condition(grad_mode=False, inference=True)),
        first_only=dict(single).get(0, Seen()),
        double=execute(function, call, Condition(grad_mode=False, double=True)),
        strided=execute(function, call, Condition(grad_mode=False, strided=True)),
        single=tuple(single),
    )


def _has_float(value: Any) -> bool:
    return any(t.is_floating_point() or t.is_complex() for t in tensors_in([value]))
