"""Generators, run from the consumer's side: the consumer's code is what happens at each yield.

So the state flows through the generator's and the consumer's code in the order in which it really
does, and a `with no_grad(): yield` leaks its grad mode to the consumer as it does in PyTorch, while a
decorated generator has its mode switched at each step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE
from detachlint.domain.objects import Frame, Function, Iterator
from detachlint.domain.values import NONE, Address, Value, addresses
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import gradmode
from detachlint.interpret.pytorch.tensors import recorded_flag
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

Consumer = Callable[[Value, State], list[State]]


def drive(
    machine: Machine,
    generator: Address,
    thing: Iterator,
    state: State,
    activation: Activation,
    span: Span,
    consume: Consumer,
    sent: Value = NONE,
) -> Outcomes:
    """What the generator returns, after `consume` has been run at each yield that is left.

    A generator that was advanced before (`thing.position` yields) runs again from its start in the
    mode it was started in, passing by the yields that are done; the last of them receives `sent`.
    """
    modes = gradmode.modes_of(state)
    state.put(generator, replace(thing, position=0, mode=thing.mode or state.mode))
    if thing.position != 0 and thing.mode is not None:
        state.mode = thing.mode
    runs = [(f, frame) for f in addresses(thing.function) for frame in addresses(thing.source)]
    ends: Outcomes = []
    for function, frame in runs:
        before = state if len(runs) == 1 else state.fork()
        code = before.get(function)
        for start in addresses(thing.start):
            before.heap[frame] = before.get(start)
        if isinstance(code, Function) and isinstance(before.heap.get(frame), Frame):
            counted = _counted(generator, thing.position, sent, modes, consume)
            ends += _run_body(machine, function, code, frame, before, activation, span, counted)
    return machine.merge_outcomes(ends)


Resumed = Callable[[Value, State], Outcomes]


def _counted(
    generator: Address,
    done: int | None,
    sent: Value,
    modes: gradmode.Modes,
    consume: Consumer,
) -> Resumed:
    """`consume`, but for the yields that were consumed before. Counts them in the state itself.

    Behind the last of those the generator goes on in the grad mode of whoever resumes it now.
    """

    def on_yield(value: Value, state: State) -> Outcomes:
        thing = state.get(generator)
        assert isinstance(thing, Iterator)
        position = None if thing.position is None else thing.position + 1
        state.put(generator, replace(thing, position=position))
        if done is not None and position is not None and position <= done:
            if position == done:
                gradmode.restore(state, modes)
            return [(sent if position == done else NONE, state)]
        return [(NONE, after) for after in consume(value, state)]

    return on_yield


def _run_body(
    machine: Machine,
    address: Address,
    function: Function,
    frame: Address,
    state: State,
    activation: Activation,
    span: Span,
    consume: Resumed,
) -> Outcomes:
    if activation.runs_of(function.code) > 3 or activation.depth > 24:
        value = _given_up(machine, frame, state, activation, span)
        return [(NONE, s) for _, s in consume(value, state.fork())] + [(NONE, state)]
    machine.ledger.note_run(function.code, state)

    def on_yield(value: Value, at_yield: State) -> Outcomes:
        inside = gradmode.modes_of(at_yield)
        if function.modes:
            gradmode.restore(at_yield, outside)
        outcomes = consume(value, at_yield)
        for _, after in outcomes:
            if function.modes:
                gradmode.restore(after, inside)
        return outcomes

    outside = gradmode.modes_of(state)
    gradmode.enter_modes(state, function.modes)
    context = machine.book.context(activation.context, span, of=frame)
    child = activation.called(address, function, frame, context, span)
    child.on_yield = on_yield
    ends = machine.execute(function.code.body, [state], child)
    machine.ledger.note_end(function.code)
    outcomes: Outcomes = [*((NONE, end) for end in ends), *child.returns]
    for _, end in (*outcomes, *child.raises):
        if function.modes:
            gradmode.restore(end, outside)
    activation.raises.extend(child.raises)
    return outcomes


def _given_up(
    machine: Machine, frame: Address, state: State, activation: Activation, span: Span
) -> Value:
    """What a generator yields that runs within itself once too often: something of what it was given."""
    machine.ledger.give_up("generator within itself", span)
    given = recorded_flag(state, state.frame(frame).variables.values())
    likely = given.seen
    grad = MAYBE.join(given).in_unseen_hands() if likely else MAYBE
    return machine.unknown(state, activation, span, "yielded", grad=grad)


def advance(
    machine: Machine,
    generator: Address,
    thing: Iterator,
    state: State,
    activation: Activation,
    span: Span,
    sent: Value = NONE,
) -> Outcomes:
    """`next(generator)` and `generator.send(…)`: the next yielded value, in the state at that yield.

    Where it is not known how often the generator has been advanced, any of the yielded values.
    """
    found, _ = step(machine, generator, thing, state, activation, span, sent)
    return found


def step(
    machine: Machine,
    generator: Address,
    thing: Iterator,
    state: State,
    activation: Activation,
    span: Span,
    sent: Value,
) -> tuple[Outcomes, list[State]]:
    """The outcomes of resuming a generator once, and the states in which it has come to its end."""
    found: Outcomes = []

    def stop(value: Value, at_yield: State) -> list[State]:
        found.append((value, at_yield))
        return []

    ends = drive(machine, generator, thing, state, activation, span, stop, sent)
    return machine.merge_outcomes(found), [end for _, end in ends]
