"""Calls of the program's own functions: each call context is run by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Frame, Function, Iterator
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Value,
    addresses,
    in_order,
    value_of,
)
from detachlint.interpret.engine import steps
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.invocation import Invocation
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import dispatch, recursion, tasks
from detachlint.interpret.language.guesses import guess, note_returned
from detachlint.interpret.language.parameter_values import parameter_values
from detachlint.interpret.pytorch import gradmode
from detachlint.ir.nodes import Call, Code, Constant, Evaluate, Name, Raise
from detachlint.ir.walk import inner_codes
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

DEEPEST_CHAIN = 24
"""Calls on a chain; deeper ones give something unknown."""


def invoke(
    machine: Machine,
    address: Address,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    *,
    awaited: bool = False,
) -> Outcomes:
    """The outcomes of calling the function at `address`; of an `async def`, of awaiting the call."""
    function = state.get(address)
    if not isinstance(function, Function):
        return [(machine.unknown(state, activation, span, "result"), state)]
    dispatched = dispatch.call(machine, function, arguments, state, activation, span)
    if dispatched is not None:
        return dispatched
    call = Invocation(machine, address, function, arguments, state, activation, span)
    code = function.code
    if activation.depth >= DEEPEST_CHAIN:
        machine.ledger.cut("chain of calls too deep", span, code)
        return [(call.unknown("result"), state)]
    if function.owner is not None and is_stub(code):
        # Stands for what a class derived from this one does; that may be out of sight.
        return [(call.unknown("abstract result"), state)]
    if code.yields or (code.is_async and not awaited):
        return _make_generator(call)
    return _run_within_bounds(call)


def _run_within_bounds(call: Invocation) -> Outcomes:
    machine, code = call.machine, call.code
    runs = call.activation.runs_of_function(call.address)
    if not machine.ledger.may_run(code, call.span):
        machine.ledger.cut(f"too many runs of {code.qualified_name}", call.span, code)
        state, activation, span = call.state, call.activation, call.span
        return [(guess(machine, call.address, call.arguments, state, activation, span), state)]
    deepest = recursion.deepest(machine, code, call.arguments, call.state)
    solving = call.address in machine.summaries
    if runs >= deepest and solving:
        return recursion.result(call)
    innermost = runs >= deepest - 1 and not solving
    if innermost:
        call = replace(call, arguments=recursion.with_any_numbers(call))

    def run() -> Outcomes:
        return recursion.solve(call, _run) if innermost else _run(call)

    # `super()` in a lambda asks who called it.
    return run() if code.kind == "lambda" else machine.memo.outcomes(call, run)


def _run(call: Invocation) -> Outcomes:
    machine, function, state = call.machine, call.function, call.state
    code = function.code
    machine.ledger.note_run(code, state)
    child = _enter(call)
    saved = gradmode.enter_modes(state, function.modes)
    work = machine.ledger.work
    before = work.steps
    ends = machine.execute(code.body, [state], child)
    machine.ledger.note_end(code)
    work.spent[code] += work.steps - before
    outcomes = [*child.returns, *((NONE, end) for end in ends)]
    _leave(function, child, outcomes, saved)
    call.activation.raises.extend(_few(machine, child.raises))
    for value, end in outcomes:
        note_returned(machine, call.address, saved[0], end, value)
        steps.note(end, value, code.span, f"returned by `{code.name}`", only_if_named=code.name)
    return machine.merge_outcomes(outcomes)


def _few(machine: Machine, raises: Outcomes) -> Outcomes:
    """Exceptions that leave a call, on as many paths as a handler would tell apart."""
    most = machine.ledger.work.most_paths
    return machine.merge_outcomes(raises) if len(raises) > most else raises


def _enter(call: Invocation) -> Activation:
    """The activation of a call, its frame bound to the arguments."""
    book, function, code = call.machine.book, call.function, call.code
    context = call.context
    frame = book.place(code.span, f"frame of {code.qualified_name}", context)
    variables = parameter_values(call, context)
    call.state.heap[frame] = Frame(code, function.closure, variables)
    child = call.activation.called(call.address, function, frame, context, call.span)
    child.receiver = next(iter(call.arguments.positional), BOTTOM_VALUE)
    return child


def _leave(
    function: Function, child: Activation, outcomes: Outcomes, saved: gradmode.Modes
) -> None:
    for _, end in (*outcomes, *child.raises):
        if function.modes:
            gradmode.restore(end, saved)
        if not function.code.captured and not inner_codes(function.code):
            end.heap.pop(child.frame)


def _make_generator(call: Invocation) -> Outcomes:
    machine, state, code = call.machine, call.state, call.code
    child = _enter(call)
    start = machine.book.place(code.span, f"start of {code.qualified_name}", child.context)
    state.heap[start] = state.heap[child.frame]
    kind = "generator" if code.yields else "coroutine"
    thing = Iterator(kind, value_of(child.frame), value_of(call.address), start=value_of(start))
    made = machine.new(state, call.activation, call.span, f"{kind} {code.name}", thing)
    return [(made, state)]


def await_value(
    machine: Machine, value: Value, state: State, activation: Activation, span: Span
) -> Outcomes:
    """The outcomes of awaiting a value: the bodies of coroutines are run, what futures come to is known,
    the rest passes through."""
    outcomes: Outcomes = []
    for atom in in_order(value):
        before = state if len(value) == 1 else state.fork()
        thing = before.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Iterator) and thing.kind == "coroutine":
            outcomes += _run_coroutine(machine, thing, before, activation, span)
            continue
        result = tasks.result_of(before, atom) if isinstance(atom, Address) else None
        outcomes.append((value_of(atom) if result is None else result, before))
    return machine.merge_outcomes(outcomes)


def _run_coroutine(
    machine: Machine, thing: Iterator, state: State, activation: Activation, span: Span
) -> Outcomes:
    outcomes: Outcomes = []
    for address in addresses(thing.function):
        function = state.get(address)
        frame = next(iter(addresses(thing.source)), None)
        if not isinstance(function, Function) or frame is None or frame not in state.heap:
            continue
        if activation.runs_of(function.code) >= recursion.DEEPEST:
            machine.ledger.give_up("coroutine within itself", span)
            return [(machine.unknown(state, activation, span, "result"), state)]
        machine.ledger.note_run(function.code, state)
        context = machine.book.context(activation.context, span, of=frame)
        child = activation.called(address, function, frame, context, span)
        ends = machine.execute(function.code.body, [state], child)
        machine.ledger.note_end(function.code)
        outcomes += [*child.returns, *((NONE, end) for end in ends)]
        activation.raises.extend(child.raises)
    return outcomes


def is_stub(code: Code) -> bool:
    """Whether a body does nothing: a docstring, `...`, `pass`, or `raise NotImplementedError`."""
    for statement in code.body:
        if isinstance(statement, Raise):
            raised = statement.value
            raised = raised.function if isinstance(raised, Call) else raised
            return isinstance(raised, Name) and raised.name == "NotImplementedError"
        if not isinstance(statement, Evaluate) or not isinstance(statement.value, Constant):
            return False
    return bool(code.body)
