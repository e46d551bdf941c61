"""Attributes of tensors, and of library objects that facts describe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO, YES, Belief, Truth
from detachlint.domain.objects import Instance, Kind, Tensor, Unknown, join_objects
from detachlint.domain.story import begin
from detachlint.domain.traits import Dtype
from detachlint.domain.values import (
    FALSE,
    NONE,
    TRUE,
    Address,
    Method,
    Value,
    in_order,
    literal,
    value_of,
)
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import gradients, guards, placement, traits
from detachlint.interpret.pytorch.parts import flag_of_result
from detachlint.interpret.pytorch.tensors import (
    flag_of_tensor,
    make_tensor,
    seen_inside,
    severed_in,
    story_of,
    story_of_any,
)
from detachlint.interpret.pytorch.views import as_view, inference_of, may_be_base
from detachlint.interpret.pytorch.writes import set_flag
from detachlint.knowledge import facts
from detachlint.knowledge.facts import Aliasing, CallFact, MethodFact, Result
from detachlint.knowledge.model import OF
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

NO_TENSOR = Unknown(Kind.OTHER, NO)


def read(
    machine: Machine,
    address: Address,
    tensor: Tensor,
    name: str,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    """`tensor.name`."""
    own = tensor.attributes.get(name)
    if own:
        return own
    fact = facts.tensor_attribute(name)
    if fact is None:
        return value_of(Method(address, name))
    match fact.traits.get("tells"):
        case "flag":
            flag = seen_inside(flag_of_tensor(state, tensor), tensor.traits)
            return flag_value(machine, address, flag, span)
        case "leaf":
            return flag_value(machine, address, tensor.leaf, span, name)
        case "history":
            return _history(machine, address, tensor, state, span)
        case told if told in guards.ANSWERED:
            return guards.ask(machine, address, tensor, name, span)
    if fact.special == "gradient_attribute":
        return gradients.attribute(machine, address, tensor, state, span)
    result = fact.results[0] if fact.results else Result.PYTHON
    if result is Result.PYTHON:
        kind = Kind.TRUTH if fact.python_type == "bool" else Kind.OTHER
        return machine.derived(f"attribute {name}", (address,), span, Unknown(kind, NO))
    return _computed(machine, address, tensor, fact, state, activation, span)


def _computed(
    machine: Machine,
    address: Address,
    tensor: Tensor,
    fact: CallFact,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    """`tensor.T`, `tensor.real`, `tensor.H`, …: an attribute that is a tensor computed of this one."""
    result, name = fact.results[0], fact.name.rpartition(".")[2]
    made = replace(
        tensor,
        attributes={},
        parameter=False,
        base=frozenset(),
        traits=traits.of_view(state, value_of(address)),
        story=None,
    )
    if result is Result.PROPAGATE and fact.aliasing is not Aliasing.FRESH:
        grad = flag_of_tensor(state, tensor).both(state.recording)
        made = replace(made, grad=grad, leaf=MAYBE, reordered=fact.traits.get("order") == "varies")
        made = replace(made, traits=traits.rearranged(made.traits))
        made = as_view(state, made, value_of(address))
        if fact.perhaps_self:
            made = may_be_base(state, made, value_of(address))
    elif result is Result.PROPAGATE:
        made = replace(made, grad=flag_of_tensor(state, tensor).both(state.recording), leaf=MAYBE)
    else:
        made = replace(made, grad=NO, leaf=YES)
    if result is Result.INTEGER:
        made = replace(made, dtype=Dtype.INTEGER)
    if fact.traits.get("complex") == "real":
        dtype, parted = traits.of_part(tensor, fact)
        made = replace(made, dtype=dtype, traits=parted)
    elif fact.traits.get("conj") == "sets":
        made = replace(made, traits=traits.conjugated(tensor, name, span))
    made = replace(made, story=story_of(state, value_of(address)))
    shares = fact.aliasing is not Aliasing.FRESH
    mark = inference_of(state, value_of(address)) if shares else None
    return make_tensor(machine, state, activation, span, made, f"attribute {name}", inference=mark)


def _history(machine: Machine, address: Address, tensor: Tensor, state: State, span: Span) -> Value:
    """`t.grad_fn`: None for leaves and for what does not require grad."""
    if tensor.leaf == YES or flag_of_tensor(state, tensor) == NO:
        return NONE
    node = machine.derived("attribute grad_fn", (address,), span, NO_TENSOR)
    return node if tensor.leaf == NO else node | NONE


def flag_value(
    machine: Machine, address: Address, flag: Belief, span: Span, name: str = "requires_grad"
) -> Value:
    """A flag as a Python bool; where it is open, a question with one answer per path."""
    if flag == YES:
        return TRUE
    if flag == NO:
        return FALSE
    return machine.derived(f"attribute {name}", (address,), span, Unknown(Kind.TRUTH, NO))


def read_maybe(
    machine: Machine, address: Address, thing: Unknown, name: str, state: State, span: Span
) -> Value:
    """`unknown.name` for the name of a tensor attribute."""
    fact = facts.tensor_attribute(name)
    assert fact is not None
    if fact.traits.get("tells") == "flag":
        return flag_value(machine, address, thing.grad, span)
    result = fact.results[0] if fact.results else Result.PYTHON
    if result is Result.PYTHON:
        # `.shape`, `.dtype`, … of a tensor are no tensors; those of an own class might be anything.
        return machine.derived(f"attribute {name}", (address,), span, Unknown(Kind.ANY, NO))
    grad = thing.grad if result is Result.PROPAGATE else NO
    return unknown_attribute(machine, address, thing, name, grad, state, span)


def unknown_attribute(
    machine: Machine,
    address: Address,
    thing: Unknown,
    name: str,
    grad: Belief,
    state: State,
    span: Span,
    kind: Kind = Kind.ANY,
) -> Value:
    """An attribute of something unknown: unknown as well, with what is believed of its owner.

    Nothing is sure of where it is: a module that is moved leaves plain attributes behind (executed).
    """
    part = Unknown(
        kind,
        grad,
        device=thing.device.in_unseen_hands(),
        narrow=thing.narrow.in_unseen_hands(),
        severed=thing.severed,
        story=thing.story,
    )
    (found,) = machine.derived(f"attribute {name}", (address,), span, part)
    if isinstance(found, Address) and state.heap.get(found) is None and found.default != part:
        # It was read before, in a world where its owner was somewhere else.
        state.heap[found] = part
    return value_of(found)


def read_fact(
    machine: Machine,
    address: Address,
    thing: Instance,
    fact: MethodFact,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    """An attribute of a library object, from what the object was made of (`Normal(mu, 1.).mean`)."""
    if fact.aliasing is Aliasing.SELF and not fact.behaviour:
        return value_of(address)
    held = thing.attributes.get(fact.behaviour.removeprefix(OF), frozenset())
    if fact.aliasing is Aliasing.SELF and held:
        return held
    if fact.result is Result.PYTHON:
        return machine.derived(f"attribute {fact.name}", (address,), span, NO_TENSOR)
    tensor = replace(computed(state, thing, fact), severed=severed_in(state, [thing.payload]))
    viewed = _viewed(thing, fact)
    tensor = as_view(state, tensor, viewed) if viewed else tensor
    return make_tensor(machine, state, activation, span, tensor, f"attribute {fact.name}")


def computed(
    state: State, thing: Instance, fact: MethodFact, given: Sequence[Value] = ()
) -> Tensor:
    """What an object computes of the tensors it was made of, and of what it is given."""
    inputs = [*thing.attributes.values(), *given]
    return Tensor(
        flag_of_result(state, thing, fact, given),
        dtype=Dtype.INTEGER if fact.result is Result.INTEGER else _dtype_of_result(state, inputs),
        device=placement.common_device(state, inputs),
        story=story_of_any(state, inputs),
    )


def _viewed(thing: Instance, fact: MethodFact) -> Value:
    """What an attribute is a view of: `Normal(loc, 1.).mean` follows what is written into `loc`."""
    if fact.aliasing is not Aliasing.VIEW:
        return frozenset()
    return thing.attributes.get(fact.behaviour.removeprefix(OF), frozenset())


def _dtype_of_result(state: State, inputs: Sequence[Value]) -> Dtype:
    """The dtype of what an object computes of these: nobody knows it where they are no floats."""
    found = placement.dtype_of(state, inputs)
    return Dtype.UNKNOWN if found.is_integer else found


def write(
    machine: Machine,
    address: Address,
    tensor: Tensor,
    name: str,
    value: Value,
    state: State,
    alone: bool,
    span: Span,
) -> None:
    """`tensor.name = value`."""
    fact = facts.tensor_attribute(name)
    tells = fact.traits.get("tells") if fact is not None else None
    if tells == "flag":
        flag = truth_belief(state, value)
        story = begin(span, "`requires_grad` is set here") if flag.usual is not Truth.NO else None
        set_flag(state, value_of(address), flag if alone else tensor.grad.join(flag), story)
    elif tells == "data":
        _take_data(state, address, tensor, value, alone=alone)
    elif fact is not None and fact.special == "gradient_attribute" and value == NONE:
        # Until the next backward pass, and which one comes to this tensor is not seen.
        kept = {key: held for key, held in tensor.attributes.items() if key != name}
        state.put(address, replace(tensor, attributes=kept))
    else:
        old = tensor.attributes.get(name, frozenset())
        attributes = {**tensor.attributes, name: value if alone else old | value}
        state.put(address, replace(tensor, attributes=attributes))


def _take_data(
    state: State, address: Address, tensor: Tensor, value: Value, *, alone: bool
) -> None:
    """`t.data = other`: the other's values, device and dtype; the flag stays."""
    for atom in in_order(value):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if not isinstance(thing, Tensor):
            continue
        taken = replace(tensor, dtype=thing.dtype, device=thing.device, traits=thing.traits)
        sure = alone and len(value) == 1
        state.put(address, taken if sure else join_objects(state.get(address), taken))


def truth_belief(state: State, value: Value) -> Belief:
    """A Python value used as a flag, as a belief."""
    belief: Belief | None = None
    for atom in in_order(value):
        if atom == literal(True) or atom == literal(1):
            one = YES
        elif atom in (literal(False), literal(None), literal(0)):
            one = NO
        elif isinstance(atom, Address) and atom in state.truths:
            one = YES if state.truths[atom] else NO
        else:
            one = MAYBE
        belief = one if belief is None else belief.join(one)
    return belief if belief is not None else MAYBE
