"""Dtypes and traits of the parameters of library modules, and of what comes out of them."""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.domain.belief import YES
from detachlint.domain.objects import Tensor
from detachlint.domain.story import begin
from detachlint.domain.traits import NO_TRAITS, Check, Dtype, Traits, trait, without
from detachlint.domain.values import Value
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import placement
from detachlint.interpret.pytorch.result_places import dtype_of_mixed
from detachlint.interpret.pytorch.tensors import tensors_in
from detachlint.knowledge.facts import ModuleFact
from detachlint.source.value_class import replace


def of_parameter(call: LibraryCall, fact: ModuleFact, shown: str) -> Traits:
    """The traits of a parameter of a module of the class `shown`."""
    if not fact.lazy:
        return NO_TRAITS
    story = begin(call.span, f"the parameters of `{shown}` have no data before it is called")
    return {Check.UNINITIALIZED: trait("uninitialized", story)}


def initialize_parameters(state: State, weights: Iterable[Value]) -> None:
    """What the first call of a lazy module does to its parameters."""
    for value in weights:
        for address in tensors_in(state, value):
            thing = state.get(address)
            if isinstance(thing, Tensor) and Check.UNINITIALIZED in thing.traits:
                kept = without(thing.traits, Check.UNINITIALIZED)
                state.heap[address] = replace(thing, traits=kept)


def dtype_of_output(
    fact: ModuleFact, state: State, inputs: list[Value], weights: list[Value]
) -> Dtype:
    """That of the weights where NumPy lacks it (other inputs are refused); else the promoted one, or as
    the fact says."""
    held = [weight for weight in weights if tensors_in(state, weight)]
    own = placement.dtype_of(state, held)
    if held and own.narrow.held == YES:
        return own
    dtype = dtype_of_mixed(fact.mixed, state, [*inputs, *weights])
    return Dtype.FLOAT32 if dtype.is_integer else dtype
