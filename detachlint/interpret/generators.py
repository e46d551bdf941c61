"""Generators, run from the consumer's side: the consumer's code is what happens at each yield.

So the state flows through the generator's and the consumer's code in the order in which it really
does, and a `with no_grad(): yield` leaks its grad mode to the consumer as it does in PyTorch, while a
decorated generator has its mode switched at each step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.objects import Frame, Function, Iterator, Kind
from detachlint.domain.values import NONE, Address, Value
from detachlint.interpret import gradmode
from detachlint.interpret.activation import Activation, Outcomes
from detachlint.interpret.state import State, merge_states
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.machine import Machine

Consumer = Callable[[Value, State], list[State]]


def drive(
    machine: Machine,
    thing: Iterator,
    state: State,
    activation: Activation,
    span: Span,
    consume: Consumer,
) -> list[State]:
    """The states after `consume` has been run at each yield of a generator, up to its end."""
    runs = [
        (function, frame)
        for function in thing.function
        for frame in thing.source
        if isinstance(function, Address) and isinstance(frame, Address)
    ]
    ends: list[State] = []
    for function, frame in runs:
        before = state if len(runs) == 1 else state.fork()
        code = before.get(function)
        if isinstance(code, Function) and isinstance(before.heap.get(frame), Frame):
            ends += _run_body(machine, function, code, frame, before, activation, span, consume)
    return merge_states(ends, 4)


def _run_body(
    machine: Machine,
    address: Address,
    function: Function,
    frame: Address,
    state: State,
    activation: Activation,
    span: Span,
    consume: Consumer,
) -> list[State]:
    if activation.runs_of(function.code) > 3 or activation.depth > 24:
        machine.facts.gave_up["generator within itself"] += 1
        return [state]

    def on_yield(value: Value, at_yield: State) -> Outcomes:
        inside = (at_yield.mode, at_yield.inference)
        if function.modes:
            gradmode.restore(at_yield, outside)
        resumed = consume(value, at_yield)
        outcomes: Outcomes = []
        for after in resumed:
            if function.modes:
                gradmode.restore(after, inside)
            sent = machine.unknown(after, activation, span, "sent", kind=Kind.ANY)
            outcomes.append((sent | NONE, after))
        return outcomes

    outside = (state.mode, state.inference)
    gradmode.enter_modes(state, function.modes)
    child = Activation(
        function.code,
        frame,
        machine.book.context(activation.context, span),
        caller=activation,
        call_span=span,
        function=address,
        owner=function.owner,
        on_yield=on_yield,
        depth=activation.depth + 1,
        unseen=activation.unseen,
    )
    ends = machine.execute(function.code.body, [state], child)
    ends = [*ends, *(after for _, after in child.returns)]
    for end in (*ends, *(after for _, after in child.raises)):
        if function.modes:
            gradmode.restore(end, outside)
    activation.raises.extend(child.raises)
    return ends


def first_yield(
    machine: Machine, thing: Iterator, state: State, activation: Activation, span: Span
) -> Outcomes:
    """`next(generator)`: any of the yielded values, in the state at that yield."""
    found: Outcomes = []

    def stop(value: Value, at_yield: State) -> list[State]:
        found.append((value, at_yield.fork()))
        return [at_yield]

    drive(machine, thing, state.fork(), activation, span, stop)
    return machine.merge_outcomes(found)
