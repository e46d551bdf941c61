"""Recursion: how deep it is unrolled, and the fixpoint of what the innermost call gives.

A function that calls itself is run again for each call, a few levels down. The innermost run is made with
what holds for all deeper ones, again and again until what it returns no longer grows.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import Function, Kind, Mapping, Unknown
from detachlint.domain.values import BOTTOM_VALUE, Address, Literal, Value, single_address
from detachlint.interpret.engine.activation import Outcome, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.invocation import Invocation
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch.tensors import flag_of, story_of
from detachlint.ir.nodes import Code, ParameterKind
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

DEEPEST = 5
"""Runs of one function on a chain of callers, if a known number may be counting it down; deeper calls
give the join of what it has returned."""

DEEPEST_BLIND = 2
"""The same without such a number."""

MOST_ROUNDS = 8
"""Rounds in which the arguments and returns of a recursion may still grow."""


def deepest(machine: Machine, code: Code, arguments: Arguments, state: State) -> int:
    """How many runs of a function there are on a chain of callers, at the most.

    A container all of whose items are known comes to its end as a number does: `from_dict(section)`.
    """
    values = [*arguments.positional, *arguments.keywords.values()]
    counts = any(isinstance(a, Literal) and a.kind == "int" for value in values for a in value)
    if counts or any(_is_known_dict(state, value) for value in values):
        return DEEPEST
    return DEEPEST_BLIND if code in machine.relevance.codes else 1


def _is_known_dict(state: State, value: Value) -> bool:
    address = single_address(value)
    thing = state.get(address) if address is not None and not address.summary else None
    return isinstance(thing, Mapping) and bool(thing.entries) and not thing.rest_keys


def result(call: Invocation) -> Outcomes:
    """What a deeper recursive call gives: the join of the returns seen, none at first."""
    machine, state, address, arguments = call.machine, call.state, call.address, call.arguments
    machine.summary_used.add(address)
    state.heap.log.now.unsolved.add(address)
    before = machine.recursive_arguments.get(address)
    if before is not None:
        arguments = _either(call.function, before, arguments)
    machine.recursive_arguments[address] = arguments
    summary = machine.summaries.get(address)
    if summary is None:
        return []
    value, world = summary
    plain = frozenset(atom for atom in value if not isinstance(atom, Address))
    known = frozenset(a for a in value if isinstance(a, Address) and a in state.heap)
    if not value - plain - known:
        return [(value, state)]
    unknown = machine.unknown(
        state,
        call.activation,
        call.span,
        "recursive result",
        grad=flag_of(world, value - plain - known),
        story=story_of(world, value),
    )
    return [(plain | known | unknown, state)]


def solve(call: Invocation, run: Callable[[Invocation], Outcomes]) -> Outcomes:
    """Run the innermost unrolled call again until what it returns no longer grows."""
    machine, address, arguments = call.machine, call.address, call.arguments
    outcomes: Outcomes = []
    machine.summaries[address] = None
    for _ in range(MOST_ROUNDS):
        machine.summary_used.discard(address)
        before = machine.summaries[address]
        deeper = machine.recursive_arguments.get(address)
        if deeper is not None:
            arguments = _either(call.function, arguments, deeper)
        outcomes = run(replace(call, arguments=arguments, state=call.state.fork()))
        if address not in machine.summary_used:
            break
        if not outcomes and deeper != machine.recursive_arguments.get(address):
            continue
        if not outcomes:
            # Each way out goes through a deeper call, as far as we see: that call gives who knows what.
            machine.ledger.give_up("recursion without a way out", call.span)
            machine.summaries[address] = (call.unknown("recursive result"), call.state)
            outcomes = run(replace(call, arguments=arguments, state=call.state.fork()))
            break
        after: Outcome = machine.join_outcomes(outcomes)
        if before is not None:
            after = machine.join_outcomes([before, after])
        machine.summaries[address] = after
        same_input = deeper == machine.recursive_arguments.get(address)
        if before is not None and same_input and _says_the_same(before, after):
            break
    else:
        machine.ledger.give_up("recursion without fixpoint", call.span)
    call.state.heap.log.now.unsolved.discard(address)
    machine.summaries.pop(address, None)
    machine.recursive_arguments.pop(address, None)
    return outcomes


def _either(function: Function, left: Arguments, right: Arguments) -> Arguments:
    """Arguments that cover two calls of a function, position by position and name by name."""
    count = min(len(left.positional), len(right.positional))
    left, right = _by_name(function, left, count), _by_name(function, right, count)
    pairs = zip_longest(left.positional, right.positional, fillvalue=BOTTOM_VALUE)
    names = {*left.keywords, *right.keywords}
    return Arguments(
        tuple(a | b for a, b in pairs),
        {
            name: left.keywords.get(name, BOTTOM_VALUE) | right.keywords.get(name, BOTTOM_VALUE)
            for name in sorted(names)
        },
        left.rest | right.rest,
        left.more | right.more,
    )


def _by_name(function: Function, arguments: Arguments, count: int) -> Arguments:
    """The same call with names for all but `count` positional arguments, and with the defaults that it
    leaves in place: another call may give what this one does not.
    """
    parameters = function.code.parameters[count:]
    further = arguments.positional[count:]
    named = [p for p in parameters if p.kind is ParameterKind.POSITIONAL][: len(further)]
    if len(named) < len(further) or [*named] != [*parameters[: len(further)]]:
        return arguments
    given = {p.name: value for p, value in zip(named, further, strict=True)}
    given.update(arguments.keywords)
    for parameter in parameters:
        default = function.defaults.get(parameter.name)
        if default is not None and parameter.name not in given:
            given[parameter.name] = default | arguments.rest | arguments.more
    return replace(arguments, positional=arguments.positional[:count], keywords=given)


def with_any_numbers(call: Invocation) -> Arguments:
    """The arguments with numbers nobody knows for those that count the recursion down."""

    def general(value: Value, role: str) -> Value:
        numbers = [a for a in value if isinstance(a, Literal) and a.kind in ("int", "float")]
        if not numbers:
            return value
        thing = Unknown(Kind.NUMBER, NO)
        span = call.code.span
        address = call.machine.unknown_object(call.state, 0, span, f"any {role}", thing)
        return (value - frozenset(numbers)) | {address}

    return replace(
        call.arguments,
        positional=tuple(general(v, str(i)) for i, v in enumerate(call.arguments.positional)),
        keywords={k: general(v, k) for k, v in call.arguments.keywords.items()},
    )


def _says_the_same(before: Outcome, after: Outcome) -> bool:
    same_flag = flag_of(before[1], before[0]) == flag_of(after[1], after[0])
    return before[0] == after[0] and same_flag
