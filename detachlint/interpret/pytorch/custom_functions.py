"""Steps of the graph that a program writes itself: `autograd.Function` and custom operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES, Belief
from detachlint.domain.objects import Function, Instance, Partial, Sequence, Tensor
from detachlint.domain.traits import Dtype
from detachlint.domain.values import Address, Library, Value, in_order, value_of
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import find_in_class, library_bases
from detachlint.interpret.pytorch import callbacks, placement
from detachlint.interpret.pytorch.tensors import any_flag, make_tensor, recorded_flag, story_of_any
from detachlint.knowledge import facts
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


CONTEXT = "function context"
"""The kind of class that `ctx` is of in a custom function."""
NOT_DIFFERENTIABLE = "@not differentiable"


def is_run_by(state: State, cls: Address, method: str) -> bool:
    """Whether a method of a class runs its `forward` as a step of the graph."""
    known = (facts.class_fact(base) for base in library_bases(state, cls))
    return any(f is not None and f.kind == "custom function" and method in f.methods for f in known)


def apply(machine: Machine, cls: Address, call: LibraryCall) -> Outcomes:
    """`F.apply(x)`: `forward` runs with grad mode off; its outputs require grad iff an input does.

    `backward` runs with grad mode off, too, on gradients (executed; without `create_graph`).
    """
    state = call.state
    context = machine.new(
        state,
        call.activation,
        call.span,
        "context",
        Instance(frozenset(map(Library, facts.classes_of_kind(CONTEXT)))),
    )
    new_style = find_in_class(state, cls, "setup_context") is not None
    positional = call.arguments.positional
    given = positional if new_style else (context, *positional)
    flag = recorded_flag(state, list(positional))
    saved, state.mode = state.mode, NO
    outcomes = _call_static(machine, cls, "forward", given, state, call)
    results: Outcomes = []
    for value, after in outcomes:
        if new_style:
            inputs = machine.new(
                after, call.activation, call.span, "inputs", Sequence("tuple", positional)
            )
            _call_static(machine, cls, "setup_context", (context, inputs, value), after, call)
        after.mode = saved
        results.append((_outputs(machine, value, flag, after, call), after))
    if results:
        _run_backward(machine, cls, context, results[0][1], call)
    return results


def _call_static(
    machine: Machine,
    cls: Address,
    name: str,
    given: tuple[Value, ...],
    state: State,
    call: LibraryCall,
) -> Outcomes:
    found = find_in_class(state, cls, name)
    if found is None:
        return [(machine.unknown(state, call.activation, call.span, name), state)]
    return machine.call(found[0], Arguments(given), state, call.activation, call.span, name)


def _outputs(
    machine: Machine, value: Value, flag: Belief, state: State, call: LibraryCall
) -> Value:
    """The outputs of a custom function: new tensors in the graph, whatever `forward` made them of."""
    parts: Value = frozenset()
    for atom in in_order(value):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Sequence):
            items = tuple(
                _output(machine, item, flag, state, call, f"output {i}")
                for i, item in enumerate(thing.items)
            )
            made = replace(thing, items=items)
            parts |= machine.new(state, call.activation, call.span, "outputs", made)
        else:
            parts |= _output(machine, value_of(atom), flag, state, call, "output")
    return parts


def _output(
    machine: Machine, value: Value, flag: Belief, state: State, call: LibraryCall, role: str
) -> Value:
    things = [state.get(a) for a in value if isinstance(a, Address)]
    tensors = [t for t in things if isinstance(t, Tensor)]
    if tensors and len(tensors) == len(value):
        dtype = tensors[0].dtype
    elif things and any(not isinstance(t, Instance) for t in things):
        dtype = Dtype.UNKNOWN
    else:
        return value
    unmarked = flag
    if any(NOT_DIFFERENTIABLE in t.attributes for t in tensors):
        unmarked = NO
    story = story_of_any(state, list(call.arguments.positional))
    device = placement.common_device(state, [value])
    made = Tensor(unmarked, leaf=unmarked.opposite(), dtype=dtype, device=device, story=story)
    return make_tensor(machine, state, call.activation, call.span, made, role)


def _run_backward(
    machine: Machine, cls: Address, context: Value, state: State, call: LibraryCall
) -> None:
    found = find_in_class(state, cls, "backward")
    if found is None:
        return
    functions = [a for a in found[0] if isinstance(a, Address)]
    count = 1
    for address in functions:
        function = state.get(address)
        if isinstance(function, Function):
            count = max(1, len(function.code.parameters) - 1)
    gradient = machine.new(state, call.activation, call.span, "gradient", Tensor(NO))
    aside = replace(call, state=state)
    callbacks.run_aside(machine, aside, found[0], Arguments((context, *[gradient] * count)), NO)


def is_operator(thing: Partial) -> bool:
    """Whether that is what `torch.library.custom_op` gives: the decorator, or what it makes."""
    return facts.what_it_calls(thing.transform) == callbacks.OPERATOR


def call_operator(machine: Machine, thing: Partial, call: LibraryCall) -> Outcomes:
    """`@custom_op(name, …)`, and the operator itself.

    Its body runs with grad mode off where an input requires grad, and as it is otherwise, as in
    inference mode; what it computes is recorded in none, as there (executed).
    """
    state = call.state
    if not thing.function:
        made = Partial(call.arguments.get(0, "fn") or frozenset(), transform=thing.transform)
        return [(machine.new(state, call.activation, call.span, "operator", made), state)]
    inputs = call.arguments.all()
    flag = recorded_flag(state, inputs)
    hidden = any_flag(state, inputs).opposite()
    saved, state.mode = state.mode, state.mode.both(hidden.either(state.inference))
    records, state.inference = state.inference, YES
    outcomes = machine.call(
        thing.function, call.arguments, state, call.activation, call.span, call.shown
    )
    results: Outcomes = []
    for value, after in outcomes:
        after.mode, after.inference = saved, records
        results.append((_outputs(machine, value, flag, after, call), after))
    return results
