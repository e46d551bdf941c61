"""Functions that call back: `checkpoint`, `vmap`, `jacobian`, hooks, threads.

What matters is the grad mode in which the callback's body runs: on in forward hooks and under
`jacobian`, off in backward hooks, and in a new thread whatever the default is, for grad mode is
thread-local.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO, YES, Belief
from detachlint.domain.objects import Kind, Partial, Sequence, Tensor
from detachlint.domain.story import begin
from detachlint.domain.values import BOTTOM_VALUE, Address, Value, in_order
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import transforms
from detachlint.interpret.pytorch.tensor_attributes import truth_belief
from detachlint.knowledge.facts import CallFact
from detachlint.knowledge.names import MODULE
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

OPERATOR = "no-grad"
"""What the facts say of what makes a function an operator, which runs it."""
HOOKS = frozenset({"hook-gradient", "hook-itself"})
"""What the facts say of methods that register a hook, by what it is given."""


def run(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """Carry out a call that runs, or wraps, the function it is given."""
    function = call.operand(0)
    if function is None:
        return None
    gives_function = fact.python_type == "function"
    if fact.calls in transforms.WRAPPING and gives_function:
        transformed = transforms.wrap(machine, fact, call, function)
        if transformed is not None:
            return [(transformed, call.state)]
    if fact.calls in transforms.HANDED and not gives_function:
        transforms.run_at_once(machine, fact, call, function)
        return None
    if fact.calls == "wrapped" and gives_function:
        made = machine.new(call.state, call.activation, call.span, "mapped", Partial(function))
        return [(made, call.state)]
    if fact.calls == "as-it-is" and fact.python_type == MODULE:
        given = replace(call.arguments, positional=call.arguments.positional[1:], spans={})
        return machine.call(function, given, call.state, call.activation, call.span, call.shown)
    if fact.calls == "leaves":
        run_aside(machine, call, function, _grad_inputs(machine, call), YES)
        return _derivatives(machine, fact, call)
    if fact.calls == OPERATOR and gives_function:
        decorator = Partial(BOTTOM_VALUE, transform=fact.name)
        made = machine.new(call.state, call.activation, call.span, "decorator", decorator)
        return [(made, call.state)]
    return None


def _grad_inputs(machine: Machine, call: LibraryCall) -> Arguments:
    """`jacobian` and relatives hand over copies of the inputs that require grad."""
    given = call.arguments.get(1, "inputs") or BOTTOM_VALUE
    story = begin(call.span, f"`{call.shown}` hands over inputs that require grad")
    count = 1
    for atom in in_order(given):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Sequence) and thing.kind == "tuple":
            count = len(thing.items)
    values = tuple(
        machine.new(call.state, call.activation, call.span, f"input {i}", Tensor(YES, story=story))
        for i in range(count)
    )
    return Arguments(values)


def flag_of_gradients(state: State, asked: Value | None) -> Belief:
    """Whether gradients require grad: those with a graph of their own do (`create_graph`, `asked`),
    unless what is differentiated is linear in all that requires grad, which is never sure."""
    flag = truth_belief(state, asked) if asked is not None else NO
    return flag if flag == NO else flag.in_unseen_hands()


def _derivatives(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """What `jacobian` and relatives give if told to make a graph; they turn grad mode on themselves.

    Those that give the function's own result as well take a vector before they are told.
    """
    place = 2 if len(fact.results) == 1 else 3
    flag = flag_of_gradients(call.state, call.arguments.get(place, "create_graph"))
    if flag == NO:
        return None
    story = begin(call.span, f"`{call.shown}` is told to make a graph of the derivatives")
    parts = tuple(
        machine.new(
            call.state,
            call.activation,
            call.span,
            f"derivative {index}",
            Tensor(flag, leaf=flag.opposite(), story=story),
        )
        for index in range(len(fact.results))
    )
    if not fact.sequence:
        return [(parts[0], call.state)]
    several = Sequence(fact.sequence, parts)
    value = machine.new(call.state, call.activation, call.span, "derivatives", several)
    return [(value, call.state)]


def run_aside(
    machine: Machine,
    call: LibraryCall,
    function: Value,
    arguments: Arguments,
    mode: Belief,
) -> Value:
    """Run a callback under a mode; its effects on the heap are joined with those of not running it.

    Returns the join of what it returns.
    """
    state: State = call.state.fork()
    state.mode = mode
    outcomes = machine.call_back(function, arguments, state, call.activation, call.span, call.shown)
    if not outcomes:
        return BOTTOM_VALUE
    value, after = machine.join_outcomes(outcomes)
    after.mode = call.state.mode
    joined = call.state.join(after)
    call.state.heap = joined.heap
    return value


def register_tensor_hook(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes:
    """Hooks on tensors run in `backward`: with grad mode off, on gradients that require none."""
    hook = call.arguments.get(0, "hook") or BOTTOM_VALUE
    given = machine.new(call.state, call.activation, call.span, "gradient", Tensor(NO))
    if fact.calls == "hook-itself":
        given = call.receiver
    run_aside(machine, call, hook, Arguments((given,)), NO)
    handle = machine.unknown(
        call.state, call.activation, call.span, "handle", kind=Kind.OTHER, grad=NO
    )
    return [(handle, call.state)]


def map_in_threads(machine: Machine, call: LibraryCall, function: Value, source: Value) -> Value:
    """`executor.map(function, source)`: each call starts with the default grad mode of its thread."""
    return _run_each(machine, call, source, YES, lambda item: (function, Arguments((item,))))


def run_in_parallel(machine: Machine, call: LibraryCall, source: Value) -> Value:
    """`joblib.Parallel(…)(calls)`: one after the other in this grad mode, or each in a worker, which
    starts with the default. Nobody looks how many there are."""
    mode = call.state.mode if call.state.mode == YES else call.state.mode.join(MAYBE)
    return _run_each(machine, call, source, mode, lambda item: (item, Arguments()))


def _run_each(
    machine: Machine,
    call: LibraryCall,
    source: Value,
    mode: Belief,
    called: Callable[[Value], tuple[Value, Arguments]],
) -> Value:
    """A list of what functions give that are run under a mode, one for each item of `source`."""
    inner = call.state.fork()
    inner.mode = mode
    results: list[Value] = []

    def body(item: Value, before: State) -> list[State]:
        ends: list[State] = []
        function, given = called(item)
        for value, after in machine.call(
            function, given, before, call.activation, call.span, call.shown
        ):
            results.append(value)
            ends.append(after)
        return ends

    ends = machine.iterate(source, inner, call.activation, call.span, body)
    for end in ends:
        end.mode = call.state.mode
        call.state.heap = call.state.join(end).heap
    everything = frozenset().union(*results) if results else BOTTOM_VALUE
    return machine.new(
        call.state, call.activation, call.span, "results", Sequence("list", (), everything)
    )
