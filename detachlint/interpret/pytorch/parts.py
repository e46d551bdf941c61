"""Objects that compute with the tensors they are made of: distributions and transforms.

Whether a result requires grad depends on these tensors, on what was computed of them when the object
was made, and, of an object made of others, on what these give when they are asked the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from detachlint.domain.belief import NO, Belief, Truth, join_beliefs
from detachlint.domain.objects import Instance
from detachlint.domain.objects import Sequence as Items
from detachlint.domain.values import (
    FALSE,
    TRUE,
    Address,
    Library,
    Value,
    addresses,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch.tensors import (
    DEEPEST,
    any_flag,
    flag_of_atom,
    holds_tensor,
    is_made_of_tensors,
    recorded_flag,
)
from detachlint.knowledge import facts
from detachlint.knowledge.facts import Aliasing, MethodFact, Result
from detachlint.knowledge.model import ALL_LOST, OF, OF_SOME
from detachlint.source.value_class import replace

UNRECORDED = "@unrecorded"
"""The attribute of ours that says whether an object was made with grad mode off."""


def unrecorded(state: State, cls: str) -> dict[str, Value]:
    """That attribute, of an object of a class that is made here, where it matters later."""
    usual = state.recording.usual
    if usual is Truth.YES or not facts.computes_when_made(cls):
        return {}
    return {UNRECORDED: TRUE if usual is Truth.NO else TRUE | FALSE}


def flag_of_result(
    state: State, thing: Instance, fact: MethodFact, given: Sequence[Value], depth: int = DEEPEST
) -> Belief:
    """Whether what an object gives requires grad, `given` something beside what it is made of."""
    if fact.result is not Result.PROPAGATE:
        return NO
    inputs = [*thing.attributes.values(), *given]
    inner = list(_inner(state, thing)) if depth else []
    if inner:
        flag = _flag_of_inner(state, inner, fact, depth).either(any_flag(state, given))
    else:
        flag = _flag_of_own(state, thing, fact, given)
    if fact.lost and UNRECORDED in thing.attributes:
        left = flag.join(NO) if inner else _flag_that_is_left(state, thing, fact, given)
        flag = join_beliefs(flag if a in FALSE else left for a in thing.attributes[UNRECORDED])
    return flag.both(recorded_flag(state, inputs)) if fact.aliasing is Aliasing.FRESH else flag


def _inner(state: State, thing: Instance) -> Iterator[tuple[Address, Instance]]:
    """The objects of such kinds that an object is made of, those in lists included."""
    for name, value in thing.attributes.items():
        for address in () if name.startswith("@") else addresses(value):
            part = state.get(address)
            inside = addresses(part.all) if isinstance(part, Items) else [address]
            for one in inside:
                found = state.get(one)
                if isinstance(found, Instance) and is_made_of_tensors(found):
                    yield one, found


def _flag_of_inner(
    state: State, inner: Sequence[tuple[Address, Instance]], fact: MethodFact, depth: int
) -> Belief:
    """Of what an object gives that is made of others. What these give under the same name is known, but
    of several it may depend on more, unless it is known not to depend on all (the mean of a mixture is
    one of means). Where they give nothing of that name that could require grad, on all or nothing.
    """
    whole = some = NO
    alone = len(inner) == 1
    for address, thing in inner:
        flag = flag_of_atom(state, address)
        own = _method(thing, fact.name)
        mixed = flag if flag == NO else flag.join(NO)
        told = own is not None and (alone or own.result is Result.PROPAGATE)
        asked = flag_of_result(state, thing, own, (), depth - 1) if own and told else mixed
        whole, some = whole.either(flag), some.either(asked)
    if alone or fact.behaviour == OF_SOME or some == whole:
        return some
    return whole.join(NO)


def _method(thing: Instance, name: str) -> MethodFact | None:
    found = [facts.class_fact(cls.name) for cls in thing.cls if isinstance(cls, Library)]
    return found[0].methods.get(name) if len(found) == 1 and found[0] is not None else None


def _flag_that_is_left(
    state: State, thing: Instance, fact: MethodFact, given: Sequence[Value]
) -> Belief:
    """The flag of what an object gives that was made with grad mode off."""
    if fact.lost == ALL_LOST:
        return NO if fact.behaviour else any_flag(state, given)
    lost = fact.lost.split("+")
    if not all(name in thing.attributes for name in lost):
        # It is not known which, or was made of another one (`scale_tril`, not `covariance_matrix`).
        return _flag_of_own(state, thing, fact, given).join(NO)
    number = value_of(literal(0))
    kept = {
        name: number if name in lost else value
        for name, value in thing.attributes.items()
        if not name.startswith("@")
    }
    return _flag_of_own(state, replace(thing, attributes=kept), fact, given)


def _flag_of_own(state: State, thing: Instance, fact: MethodFact, given: Sequence[Value]) -> Belief:
    if fact.behaviour:
        return _flag_of_some(state, thing, fact)
    return any_flag(state, [*thing.attributes.values(), *given])


def _flag_of_some(state: State, thing: Instance, fact: MethodFact) -> Belief:
    """The mean of a normal distribution has nothing to do with its scale: where a result depends on
    some of the tensors, and it is not known on which, what they have in common is sure.
    """
    named = fact.behaviour.removeprefix(OF).split("+")
    if all(name in thing.attributes for name in named):
        return any_flag(state, [thing.attributes[name] for name in named])
    parts = [value for name, value in thing.attributes.items() if not name.startswith("@")]
    if not any(holds_tensor(state, value) for value in parts):
        return any_flag(state, parts)
    given = [value for value in parts if holds_tensor(state, value) or _is_number(value)]
    return join_beliefs(any_flag(state, [value]) for value in given)


def _is_number(value: Value) -> bool:
    found = single_literal(value)
    return found is not None and type(found.value) in (int, float)
