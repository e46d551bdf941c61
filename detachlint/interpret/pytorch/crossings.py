"""Crossings: where a tensor becomes an array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import BOTTOM, MAYBE, NO, YES, Belief, Truth, join_beliefs
from detachlint.domain.objects import Array, Tensor, Unknown
from detachlint.domain.rank import Rank
from detachlint.domain.traits import NO_TRAITS, Check, Trait, Traits
from detachlint.domain.values import Address, Atom, Library, Value, addresses, single_literal
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.facts import CallSite, Crossing
from detachlint.interpret.language.membership import names_tensors, turned_out_no_tensor
from detachlint.interpret.pytorch.converted import Found
from detachlint.interpret.pytorch.refusals import not_forced, refused_traits
from detachlint.interpret.pytorch.tensors import (
    NO_TENSORS,
    flag_of_atom,
    seen_inside,
    severed_in,
    story_of,
)
from detachlint.knowledge.gates import CONVERTING, REFUSING, Gate
from detachlint.knowledge.names import TENSOR
from detachlint.source.span import Span
from detachlint.source.value_class import replace, value_class

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def cross(machine: Machine, call: LibraryCall) -> Value:
    """`t.numpy()` or `t.__array__()`: record the visit; the array that comes out if it does not raise.

    Raises iff grad mode is on and the tensor requires grad
    (torch/csrc/utils/tensor_numpy.cpp; executed). `force=True` detaches first.
    """
    state = call.state
    force = call.arguments.keyword("force")
    forced = single_literal(force) if force is not None else None
    if force is None or forced is not None:
        _record_method(machine, call, forced=forced is not None and bool(forced.value))
    severed = severed_in(state, [call.receiver]) | {call.span}
    array = Array(severed, Rank.ARRAY)
    return machine.new(state, call.activation, call.span, "array", array)


def _record_method(machine: Machine, call: LibraryCall, *, forced: bool) -> None:
    state = call.state
    candidates = [a for a in addresses(call.receiver) if _may_be_tensor(state, a)]
    if not candidates:
        return
    flag = join_beliefs(flag_of_atom(state, a) for a in candidates)
    if flag == BOTTOM:
        flag = NO
    tensors = [a for a in candidates if isinstance(state.get(a), Tensor)]
    sink = Sink(call.span, call.name, f"{TENSOR}.{call.name}", Gate.CONVERTS)
    found = Found(flag, direct=candidates)
    for_sure = len(tensors) == len(call.receiver)
    raises = NO if forced else flag.both(state.mode)
    traits = refused_traits(state, candidates)
    if forced:
        traits = not_forced(traits)
    _record(machine, sink, found, raises, traits, for_sure, state, call.activation)


@value_class(frozen=True, slots=True)
class Sink:
    """Where something is converted: see `Crossing`."""

    span: Span
    form: str
    function: str
    gate: Gate
    located: bool = True


def pass_gate(
    machine: Machine,
    sink: Sink,
    found: Found,
    state: State,
    activation: Activation,
    *,
    sure: Belief = YES,
) -> bool:
    """Record what an implicit crossing finds; whether it severs a gradient there.

    `sure`: whether it is this gate. Nothing is recorded where nothing is known to be a tensor, and
    where the gate opens for all of them.
    """
    if not found.all:
        return False
    raises = _refused_for_grad(sink.gate, found, state.mode)
    if raises is None:
        return sink.gate is Gate.SCALAR
    traits = dict(NO_TRAITS)
    if sink.gate in LOOKING and sure != MAYBE:
        traits.update(refused_traits(state, found.all))
    if sink.gate in REFUSING or (found.number and sink.gate is Gate.UNFIT):
        traits[Check.TENSOR] = Trait(_refused_as_tensor(found, state, activation))
    traits = {check: replace(one, held=one.held.both(sure)) for check, one in traits.items()}
    for_sure = found.tensor == YES
    _record(machine, sink, found, raises.both(sure), traits, for_sure, state, activation)
    return True


LOOKING = CONVERTING | REFUSING
"""The gates where all that PyTorch refuses of a tensor is refused, if not before, then of the array that
is to be made of it."""


def _refused_for_grad(gate: Gate, found: Found, mode: Belief) -> Belief | None:
    """Whether a gate does not open for the gradient; None for one that opens for all tensors."""
    if gate in LOOKING or gate is Gate.SWALLOWS:
        return found.grad.both(mode)
    if gate is Gate.DEFERRED:
        return found.grad.both(mode).in_unseen_hands()
    return found.grad if gate is Gate.EXPORTS else None


def _refused_as_tensor(found: Found, state: State, activation: Activation) -> Belief:
    """Whether it is a tensor. What may as well be something that nobody has seen, nobody can tell."""
    is_open = found.tensor.usual is Truth.SOMETIMES and found.unseen
    return _as_supposed(state, activation, found.tensor.both(MAYBE) if is_open else found.tensor)


def _as_supposed(state: State, activation: Activation, raises: Belief) -> Belief:
    """`raises`, doubted on a path on which a test has found something unseen to be a tensor.

    Others come there as well, with what is none: it is never certain. Where it is other code that
    asks, which serves other callers, too, it is no sign that this caller has tensors.
    """
    own = activation.code.span
    for question, answer in state.truths.items():
        if not answer or not isinstance(question, Address) or question.derived is None:
            continue
        operator, operands = question.derived
        if operator == "isinstance" and _names_tensors(operands[-1]) and state.truths.get(question):
            raises = raises.in_unseen_hands()
            if not own.contains(question.span):
                return raises.both(MAYBE)
    return raises


def _names_tensors(atom: Atom) -> bool:
    return isinstance(atom, Library) and names_tensors(atom.name)


def _record(
    machine: Machine,
    sink: Sink,
    found: Found,
    raises: Belief,
    traits: Traits,
    for_sure: bool,
    state: State,
    activation: Activation,
) -> None:
    if not machine.ledger.hears(sink.span):
        return
    raises = seen_inside(raises, traits)
    if state.surroundings.compiled != NO:
        # NumPy is traced there, and the tensor is not converted at all; sparse ones are refused.
        outside = state.surroundings.compiled.opposite()
        raises = raises.both(outside)
        traits = _of_compiled(traits, outside)
    visit = Crossing(
        span=sink.span,
        form=sink.form,
        gate=sink.gate,
        function=sink.function,
        located=sink.located,
        container=not found.direct,
        flat=found.flat,
        parts=found.parts,
        number=found.number,
        grad=found.grad,
        mode=state.mode,
        raises=raises,
        story=story_of(state, frozenset(found.all)),
        traits=traits,
        tensor_for_sure=for_sure,
        others=False,  # these two are told once all runs are done
        mixed=False,
        unseen=activation.unseen,
        public=is_public(activation),
        calls=_chain(activation),
        swallowed=activation.caught,
        handled=activation.handled,
    )
    machine.ledger.record(visit)


def _of_compiled(traits: Traits, outside: Belief) -> Traits:
    """What is refused of a tensor where the code is run compiled, unless it is run `outside`."""
    kept = {check: traits[check] for check in (Check.LAYOUT, Check.TENSOR) if check in traits}
    if Check.TENSOR in kept:
        kept[Check.TENSOR] = Trait(kept[Check.TENSOR].held.both(outside))
    return kept


def _may_be_tensor(state: State, address: Address) -> bool:
    thing = state.get(address)
    if isinstance(thing, Unknown):
        return thing.kind not in NO_TENSORS and not turned_out_no_tensor(state, address)
    return isinstance(thing, Tensor)


def is_public(activation: Activation) -> bool:
    """Whether code that we do not see may call the function the crossing stands in.

    Module-level code and lambdas that are used where they are written have the callers we see.
    """
    code = activation.code
    return code.kind == "function" or "<locals>" in code.qualified_name


def _chain(activation: Activation) -> tuple[CallSite, ...]:
    sites: list[CallSite] = []
    current: Activation | None = activation
    while current is not None and current.call_span is not None and len(sites) < 12:
        if current.code.kind != "class":
            sites.append(CallSite(current.call_span, current.code.qualified_name))
        current = current.caller
    sites.reverse()
    return tuple(sites)
