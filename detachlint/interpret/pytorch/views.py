"""Views: what they look at, and whether they are views indeed."""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.domain.belief import BY_DEFAULT, MAYBE, NO, YES, Belief, join_beliefs
from detachlint.domain.objects import Tensor, Unknown
from detachlint.domain.values import Address, Atom, Value, addresses
from detachlint.interpret.engine.state import State
from detachlint.source.value_class import replace

SELDOM = BY_DEFAULT.opposite()
"""How often what copies only where elements lie in another order does so: most lie as usual."""


def roots(state: State, value: Value) -> frozenset[Address]:
    """What a view of these tensors is a view of: their bases, or themselves (chains collapse)."""
    found: set[Address] = set()
    for address in addresses(value):
        thing = state.get(address)
        if isinstance(thing, Tensor) and thing.base:
            found |= thing.base
        elif isinstance(thing, (Tensor, Unknown)):
            found.add(address)
    return frozenset(found)


def inference_of(state: State, value: Iterable[Atom]) -> Belief:
    """Whether the memory of these tensors was made in inference mode. NO where nothing is a tensor."""
    things = [state.glimpse(atom) for atom in value if isinstance(atom, Address)]
    marks = [thing.inference for thing in things if isinstance(thing, Tensor)]
    return join_beliefs(marks) if marks else NO


def as_view(state: State, tensor: Tensor, viewed: Value, copied: Belief = NO) -> Tensor:
    """The tensor as a view of what is `viewed`; the flag of an inference tensor is not passed on.

    It may also be `copied`. A view of what is perhaps a copy is perhaps no view of the original.
    """
    base = roots(state, viewed)
    tensor = _with_flag_of_copy(state, tensor, viewed)
    linked, reordered = copied.opposite(), tensor.reordered
    for address in addresses(viewed):
        thing = state.get(address)
        if isinstance(thing, Tensor) and thing.base and thing.linked != YES:
            linked = linked.both(thing.linked)
        reordered |= isinstance(thing, Tensor) and thing.reordered
    tensor = replace(tensor, reordered=reordered and copied == NO)
    mark = inference_of(state, base)
    if mark == NO:
        return replace(tensor, base=base, linked=linked, perhaps_base=False)
    grad = tensor.grad.both(mark.opposite())
    return replace(
        tensor,
        base=base,
        linked=linked,
        perhaps_base=False,
        inference=mark,
        grad=grad,
        leaf=tensor.leaf.either(mark),
    )


def _with_flag_of_copy(state: State, tensor: Tensor, viewed: Value) -> Tensor:
    """The tensor with the flag that what is viewed has of its own, be that a view itself or a copy."""
    things = [thing for address in addresses(viewed) if (thing := state.get(address))]
    copies = [t for t in things if isinstance(t, Tensor) and t.base and t.linked != YES]
    flagged = [copy for copy in copies if copy.grad != NO]
    if not flagged:
        return tensor
    own = join_beliefs([*(copy.grad for copy in copies), *[NO] * (len(copies) < len(things))])
    return replace(tensor, grad=tensor.grad.either(own), story=tensor.story or flagged[0].story)


def copied_for_order(state: State, source: Value) -> Belief:
    """Whether what copies only where elements lie in another order than they count does so here.

    A transposed matrix is copied, but for one of a single row or column: nobody knows its shape.
    """
    things = [state.get(address) for address in addresses(source)]
    return MAYBE if any(isinstance(t, Tensor) and t.reordered for t in things) else SELDOM


def has_flag_to_lose(state: State, source: Value) -> bool:
    """Whether a tensor is a leaf that requires grad, as parameters are until they are frozen."""
    things = [state.get(address) for address in addresses(source)]
    return any(
        isinstance(thing, Tensor) and thing.leaf != NO and thing.grad != NO for thing in things
    )


def may_be_base(state: State, tensor: Tensor, source: Value) -> Tensor:
    """The tensor, a view or copy of `source`, as it is if it may also be `source` itself."""
    things = [state.get(address) for address in addresses(source)]
    if not things or any(isinstance(thing, Tensor) and thing.base for thing in things):
        return tensor  # what is a view itself has no flag that could be set
    leaf = [thing.leaf for thing in things if isinstance(thing, Tensor)] or [MAYBE]
    linked = tensor.linked if tensor.base else YES
    view = as_view(state, tensor, source, linked.opposite())
    return replace(view, perhaps_base=True, leaf=join_beliefs([view.leaf, *leaf]))
