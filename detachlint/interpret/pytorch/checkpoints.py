"""Checkpoints: functions that are run now, and once more when gradients are computed.

A reentrant checkpoint runs them with grad mode off; its outputs require grad all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES
from detachlint.domain.objects import Sequence, Tensor
from detachlint.domain.values import TRUE, Address, Value
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.pytorch import callbacks
from detachlint.interpret.pytorch.tensors import recorded_flag, story_of_any
from detachlint.knowledge.facts import CallFact

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

MOST_OUTCOMES = 4
"""Outcomes of one function of a sequence with which the next one is called."""


def checkpoint(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`checkpoint(function, …)`, or `checkpoint_sequential(functions, …)`."""
    function = call.operand(0, fact.parameters[0])
    if function is None:
        return None
    if "input" in fact.parameters:
        return _in_sequence(machine, fact, call, function)
    own = {*fact.parameters, "preserve_rng_state"}  # which it takes out of the others itself
    keywords = {k: v for k, v in call.arguments.keywords.items() if k not in own}
    given = Arguments(call.arguments.positional[1:], keywords, call.arguments.rest)
    reentrant = call.arguments.keyword("use_reentrant")
    state = call.state
    if reentrant is not None and reentrant >= TRUE:
        callbacks.run_aside(machine, call, function, given, NO)
        callbacks.run_aside(machine, call, function, given, YES)  # once more, in `backward`
        flag = recorded_flag(state, list(given.positional))
        tensor = Tensor(flag, story=story_of_any(state, list(given.positional)))
        return [(machine.new(state, call.activation, call.span, "checkpoint", tensor), state)]
    return machine.call(function, given, state, call.activation, call.span, call.shown)


def _in_sequence(
    machine: Machine, fact: CallFact, call: LibraryCall, functions: Value
) -> Outcomes | None:
    """`checkpoint_sequential(functions, segments, input)`: what one gives is handed to the next."""
    given = call.operand(fact.parameters.index("input"), "input")
    things = [call.state.get(atom) if isinstance(atom, Address) else None for atom in functions]
    thing = things[0] if len(things) == 1 else None
    stages = thing.items if isinstance(thing, Sequence) and thing.exact else (functions,)
    if given is None:
        return None
    outcomes: Outcomes = [(given, call.state)]
    for stage in stages:
        outcomes = [
            outcome
            for value, state in outcomes
            for outcome in machine.call(
                stage, Arguments((value,)), state, call.activation, call.span, call.shown
            )
        ]
        if len(outcomes) > MOST_OUTCOMES:
            outcomes = [machine.join_outcomes(outcomes)]
    return outcomes
