"""Functions that are handed to code out of sight: `window.after(100, step)`, `bus.subscribe(self.learn)`.

Whoever got one calls it sooner or later, and what it leaves in objects is found there afterwards: by
the plot behind the main loop. What such a function sees at its own crossings is not noted here; that
is the business of its run as an entry point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Function
from detachlint.domain.values import Address, Atom, Bound, Value, in_order, value_of
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.relevance import changes_objects
from detachlint.interpret.unseen import arguments_for
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

DECORATOR = "decorator"
"""How the call of a decorator is shown: what it is given is wrapped, and called by its name later."""


def run_handed_out(
    machine: Machine,
    values: list[Value],
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> None:
    """Join what the functions among `values` may do to the heap when code out of sight calls them."""
    if shown == DECORATOR:
        return
    for value in values:
        for atom in in_order(value):
            if _matters(machine, state, activation, atom):
                _run(machine, atom, state, activation, span)


def run_handed_out_in(machine: Machine, call: LibraryCall) -> None:
    """The same for what a call of a library that we do not know hands over."""
    given = call.arguments.all()
    run_handed_out(machine, given, call.state, call.activation, call.span, call.shown)


def _function_of(atom: Atom) -> Address | None:
    address = atom.function if isinstance(atom, Bound) else atom
    return address if isinstance(address, Address) else None


def _matters(machine: Machine, state: State, activation: Activation, atom: Atom) -> bool:
    address = _function_of(atom)
    function = state.get(address) if address is not None else None
    if not isinstance(function, Function) or function.code.yields or function.code.is_async:
        return False
    if activation.runs_of(function.code):
        return False  # a function that hands itself out again
    return function.code in machine.relevance.codes or changes_objects(function.code)


def results_of(
    machine: Machine, values: Value, state: State, activation: Activation, span: Span
) -> Value:
    """What the functions among `values` give to the library that calls them with arguments of its own."""
    found: Value = frozenset()
    for atom in in_order(values):
        address = _function_of(atom)
        function = state.get(address) if address is not None else None
        if isinstance(function, Function) and not activation.runs_of(function.code):
            found |= _run(machine, atom, state, activation, span)
    return found


def _run(machine: Machine, atom: Atom, state: State, activation: Activation, span: Span) -> Value:
    address = _function_of(atom)
    assert address is not None
    function = state.get(address)
    assert isinstance(function, Function)
    receiver = value_of(atom.receiver) if isinstance(atom, Bound) else None
    caller = replace(activation, returns=[], raises=[], breaks=[], continues=[])
    aside = state.fork()
    given = arguments_for(machine, function, receiver, aside, caller)
    with machine.ledger.muted():
        outcomes = machine.invoke(address, given, aside, caller, span)
    if not outcomes:
        return frozenset()
    result, after = machine.join_outcomes(outcomes)
    joined = state.join(after)
    state.heap, state.truths, state.equals = joined.heap, joined.truths, joined.equals
    return result
