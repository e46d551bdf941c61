"""Calls of the program's own functions: each call context is run by itself."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import (
    Frame,
    Function,
    HeapObject,
    Iterator,
    Kind,
    Mapping,
    Sequence,
    Unknown,
)
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Literal,
    Value,
    addresses,
    in_order,
    join_values,
    literal,
    value_of,
)
from detachlint.interpret.engine import steps
from detachlint.interpret.engine.activation import Activation, Outcome, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.memo import Invocation
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import annotated, dispatch
from detachlint.interpret.language.guesses import guess, note_returned
from detachlint.interpret.pytorch import gradmode
from detachlint.interpret.pytorch.tensors import flag_of, story_of
from detachlint.ir.nodes import (
    Call,
    Code,
    Constant,
    Evaluate,
    Name,
    Parameter,
    ParameterKind,
    Raise,
)
from detachlint.ir.walk import inner_codes
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

DEEPEST_RECURSION = 5
"""Runs of one function on a chain of callers, if a known number may be counting it down; deeper calls
give the join of what it has returned."""

DEEPEST_BLIND_RECURSION = 2
"""The same without such a number."""

MOST_ROUNDS = 8
"""Rounds in which the arguments and returns of a recursion may still grow."""

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
    code = function.code
    if activation.depth >= DEEPEST_CHAIN:
        machine.ledger.cut("chain of calls too deep", span, code)
        return [(machine.unknown(state, activation, span, "result"), state)]
    if function.owner is not None and is_stub(code):
        # Stands for what a class derived from this one does; that may be out of sight.
        return [(machine.unknown(state, activation, span, "abstract result"), state)]
    if code.yields or (code.is_async and not awaited):
        return _make_generator(machine, address, function, arguments, state, activation, span)
    runs = activation.runs_of_function(address)
    if not machine.ledger.may_run(code):
        machine.ledger.cut(f"too many runs of {code.qualified_name}", span, code)
        return [(guess(machine, address, arguments, state, activation, span), state)]
    deepest = _deepest(machine, code, arguments)
    if runs >= deepest:
        return _recursive_result(machine, address, arguments, state, activation, span)
    if runs == deepest - 1:
        arguments = _any_numbers(machine, code, arguments, state)
        way = _solve_recursion
    else:
        way = _run

    def run() -> Outcomes:
        return way(machine, address, function, arguments, state, activation, span)

    if code.kind == "lambda":  # `super()` in a lambda asks who called it
        return run()
    call = Invocation(machine, address, code, arguments, state, activation, span)
    return machine.memo.outcomes(call, run)


def _run(
    machine: Machine,
    address: Address,
    function: Function,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> Outcomes:
    code = function.code
    machine.ledger.note_run(code, state)
    child = enter(machine, address, function, arguments, state, activation, span)
    saved = gradmode.enter_modes(state, function.modes)
    work = machine.ledger.work
    before = work.steps
    ends = machine.execute(code.body, [state], child)
    machine.ledger.note_end(code)
    work.spent[code] += work.steps - before
    outcomes = [*child.returns, *((NONE, end) for end in ends)]
    _leave(function, child, outcomes, saved)
    activation.raises.extend(_few(machine, child.raises))
    for value, end in outcomes:
        note_returned(machine, address, saved[0], end, value)
        steps.note(end, value, code.span, f"returned by `{code.name}`", only_if_named=code.name)
    return machine.merge_outcomes(outcomes)


def _few(machine: Machine, raises: Outcomes) -> Outcomes:
    """Exceptions that leave a call, on as many paths as a handler would tell apart."""
    most = machine.ledger.work.most_paths
    return machine.merge_outcomes(raises) if len(raises) > most else raises


def enter(
    machine: Machine,
    address: Address,
    function: Function,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> Activation:
    """The activation of a call, its frame bound to the arguments."""
    code = function.code
    context = machine.book.context(activation.context, span)
    frame = machine.book.place(code.span, f"frame of {code.qualified_name}", context)
    variables = bind(machine, function, arguments, state, activation, span, context)
    state.heap[frame] = Frame(code, function.closure, variables)
    first = next(iter(arguments.positional), BOTTOM_VALUE)
    return Activation(
        code,
        frame,
        context,
        caller=activation,
        call_span=span,
        function=address,
        owner=function.owner,
        receiver=first,
        depth=activation.depth + 1,
        unseen=activation.unseen,
    )


def _leave(
    function: Function, child: Activation, outcomes: Outcomes, saved: gradmode.Modes
) -> None:
    for _, end in (*outcomes, *child.raises):
        if function.modes:
            gradmode.restore(end, saved)
        if not function.code.captured and not inner_codes(function.code):
            end.heap.pop(child.frame, None)


def bind(
    machine: Machine,
    function: Function,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    context: int,
) -> dict[str, Value]:
    """The parameters' values. What a wrong call leaves unbound is unknown (it would raise)."""
    variables: dict[str, Value] = {}
    positional = list(arguments.positional)
    keywords = dict(arguments.keywords)
    for parameter in function.code.parameters:
        if parameter.kind is ParameterKind.VARIADIC:
            thing = Sequence("tuple", tuple(positional), arguments.rest)
            address = machine.book.place(parameter.span, "star arguments", context)
            state.heap[address] = thing
            variables[parameter.name] = value_of(address)
            positional = []
        elif parameter.kind is ParameterKind.KEYWORDS:
            entries: dict[Literal, Value] = {literal(k): v for k, v in keywords.items()}
            rest_keys = arguments.more
            address = machine.book.place(parameter.span, "keyword arguments", context)
            state.heap[address] = Mapping(entries, rest_keys, arguments.more)
            variables[parameter.name] = value_of(address)
        else:
            given = _bind_one(
                machine, function, parameter, positional, keywords, arguments, state, span
            )
            several = arguments.rest | arguments.more  # each for any of several arguments
            variables[parameter.name] = (given & several) | annotated.believed(
                machine, function, parameter, given - several, state, activation
            )
    return variables


def _bind_one(
    machine: Machine,
    function: Function,
    parameter: Parameter,
    positional: list[Value],
    keywords: dict[str, Value],
    arguments: Arguments,
    state: State,
    span: Span,
) -> Value:
    takes_position = parameter.kind in (ParameterKind.POSITIONAL, ParameterKind.POSITIONAL_ONLY)
    if takes_position and positional:
        return positional.pop(0)
    if parameter.name in keywords and parameter.kind is not ParameterKind.POSITIONAL_ONLY:
        return keywords.pop(parameter.name)
    default = function.defaults.get(parameter.name, BOTTOM_VALUE)
    unpacked = [default] if default else []
    if takes_position and arguments.rest:
        unpacked.append(arguments.rest)
    if arguments.more:
        unpacked.append(arguments.more)
    if unpacked:
        return join_values(unpacked)
    return machine.derived(
        f"argument {parameter.name} of {function.code.qualified_name}",
        (),
        parameter.span,
        Unknown(Kind.ANY),
    )


def _make_generator(
    machine: Machine,
    address: Address,
    function: Function,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> Outcomes:
    child = enter(machine, address, function, arguments, state, activation, span)
    code = function.code
    start = machine.book.place(code.span, f"start of {code.qualified_name}", child.context)
    state.heap[start] = state.heap[child.frame]
    kind = "generator" if code.yields else "coroutine"
    thing = Iterator(kind, value_of(child.frame), value_of(address), start=value_of(start))
    made = machine.new(state, activation, span, f"{kind} {code.name}", thing)
    return [(made, state)]


def await_value(
    machine: Machine, value: Value, state: State, activation: Activation, span: Span
) -> Outcomes:
    """The outcomes of awaiting a value: the bodies of coroutines are run, the rest passes through."""
    outcomes: Outcomes = []
    for atom in in_order(value):
        before = state if len(value) == 1 else state.fork()
        thing = before.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Iterator) and thing.kind == "coroutine":
            outcomes += _run_coroutine(machine, thing, before, activation, span)
        else:
            outcomes.append((value_of(atom), before))
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
        if activation.runs_of(function.code) >= DEEPEST_RECURSION:
            machine.ledger.give_up("coroutine within itself", span)
            return [(machine.unknown(state, activation, span, "result"), state)]
        machine.ledger.note_run(function.code, state)
        child = Activation(
            function.code,
            frame,
            machine.book.context(activation.context, span, of=frame),
            caller=activation,
            call_span=span,
            function=address,
            owner=function.owner,
            depth=activation.depth + 1,
            unseen=activation.unseen,
        )
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


def _deepest(machine: Machine, code: Code, arguments: Arguments) -> int:
    values = [*arguments.positional, *arguments.keywords.values()]
    counts = any(isinstance(a, Literal) and a.kind == "int" for value in values for a in value)
    if counts:
        return DEEPEST_RECURSION
    return DEEPEST_BLIND_RECURSION if code in machine.relevance.codes else 1


def _recursive_result(
    machine: Machine,
    function: Address,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> Outcomes:
    """What a deeper recursive call gives: the join of the returns seen, none at first."""
    machine.summary_used.add(function)
    state.heap.log.now.unsolved.add(function)
    before = machine.recursive_arguments.get(function)
    if before is not None:
        arguments = _either(state.get(function), before, arguments)
    machine.recursive_arguments[function] = arguments
    summary = machine.summaries.get(function)
    if summary is None:
        return []
    value, world = summary
    plain = frozenset(atom for atom in value if not isinstance(atom, Address))
    known = frozenset(a for a in value if isinstance(a, Address) and a in state.heap)
    if value - plain - known:
        result = machine.unknown(
            state,
            activation,
            span,
            "recursive result",
            grad=flag_of(world, value - plain - known),
            story=story_of(world, value),
        )
        return [(plain | known | result, state)]
    return [(value, state)]


def _solve_recursion(
    machine: Machine,
    address: Address,
    function: Function,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
) -> Outcomes:
    """Run the innermost unrolled call again until what it returns no longer grows."""
    outcomes: Outcomes = []
    machine.summaries[address] = None
    for _ in range(MOST_ROUNDS):
        machine.summary_used.discard(address)
        before = machine.summaries[address]
        deeper = machine.recursive_arguments.get(address)
        if deeper is not None:
            arguments = _either(function, arguments, deeper)
        outcomes = _run(machine, address, function, arguments, state.fork(), activation, span)
        if address not in machine.summary_used:
            break
        if not outcomes and deeper != machine.recursive_arguments.get(address):
            continue
        if not outcomes:
            # Each way out goes through a deeper call, as far as we see: that call gives who knows what.
            machine.ledger.give_up("recursion without a way out", span)
            value = machine.unknown(state, activation, span, "recursive result")
            machine.summaries[address] = (value, state)
            outcomes = _run(machine, address, function, arguments, state.fork(), activation, span)
            break
        after: Outcome = machine.join_outcomes(outcomes)
        if before is not None:
            after = machine.join_outcomes([before, after])
        machine.summaries[address] = after
        same_input = deeper == machine.recursive_arguments.get(address)
        if before is not None and same_input and _says_the_same(before, after):
            break
    else:
        machine.ledger.give_up("recursion without fixpoint", span)
    state.heap.log.now.unsolved.discard(address)
    machine.summaries.pop(address, None)
    machine.recursive_arguments.pop(address, None)
    return outcomes


def _either(function: HeapObject, left: Arguments, right: Arguments) -> Arguments:
    """Arguments that cover two calls of a function, position by position and name by name."""
    if isinstance(function, Function):
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


def _any_numbers(machine: Machine, code: Code, arguments: Arguments, state: State) -> Arguments:
    """The arguments with numbers nobody knows for those that count the recursion down."""

    def general(value: Value, role: str) -> Value:
        numbers = [a for a in value if isinstance(a, Literal) and a.kind in ("int", "float")]
        if not numbers:
            return value
        thing = Unknown(Kind.NUMBER, NO)
        address = machine.unknown_object(state, 0, code.span, f"any {role}", thing)
        return (value - frozenset(numbers)) | {address}

    return replace(
        arguments,
        positional=tuple(general(v, str(i)) for i, v in enumerate(arguments.positional)),
        keywords={k: general(v, k) for k, v in arguments.keywords.items()},
    )


def _says_the_same(before: Outcome, after: Outcome) -> bool:
    same_flag = flag_of(before[1], before[0]) == flag_of(after[1], after[0])
    return before[0] == after[0] and same_flag
