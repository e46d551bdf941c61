"""Which traits of its inputs the result of a PyTorch call has: layouts, lazy bits, wrappers."""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.domain.belief import BY_DEFAULT, MAYBE, NO, YES, Belief
from detachlint.domain.objects import Tensor
from detachlint.domain.story import begin
from detachlint.domain.traits import (
    NO_TRAITS,
    PLAIN,
    UNSEEN,
    Check,
    Dtype,
    Family,
    Trait,
    Traits,
    join_traits,
    without,
)
from detachlint.domain.values import NONE, Library, Value, addresses, single_literal
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import casts
from detachlint.interpret.pytorch.placement import common_traits, dtype_of
from detachlint.knowledge.facts import Aliasing, CallFact
from detachlint.knowledge.names import BROUGHT_INTO, SPARSE, SPARSE_LAYOUTS, layout_word
from detachlint.source.span import Span
from detachlint.source.value_class import replace

OWN_CLASSES = frozenset({"nested", "masked"})
"""What has methods that take it apart: not all of them give such a tensor."""


def of_view(state: State, source: Value) -> Traits:
    """The traits of a view, or of the thing itself: those of what it may be."""
    found: Traits | None = None
    for address in addresses(source):
        thing = state.get(address)
        if isinstance(thing, Tensor):
            found = thing.traits if found is None else join_traits(found, thing.traits)
    # Nothing can be made of a parameter without data: where the result exists, it had some.
    return NO_TRAITS if found is None else without(found, Check.UNINITIALIZED)


def of_arithmetic(state: State, operands: tuple[Value, ...]) -> Traits:
    """The traits of the result of an operator. A sparse tensor times a number is sparse."""
    holding = [value for value in operands if addresses(value)]
    found = common_traits(state, operands)
    if Check.LAYOUT in found and len(holding) == 1 and len(operands) == 2:
        layout = of_view(state, holding[0]).get(Check.LAYOUT, UNSEEN)
        return {**found, Check.LAYOUT: layout}
    return found


def is_idle(state: State, fact: CallFact, source: Value) -> bool:
    """Whether all that it does is to conjugate, or to take the real part, of a tensor that is real."""
    of_complex = fact.traits.get("conj") == "sets" or fact.traits.get("complex") == "real"
    return of_complex and dtype_of(state, [source]).family in _REAL


_OF_REAL = {"of-real": YES, "perhaps-of-real": MAYBE}


def of_result(fact: CallFact, call: LibraryCall, inputs: list[Value]) -> Traits:
    """The traits of the (first) output of a call."""
    layout, conjugate = fact.traits.get("layout"), fact.traits.get("conj")
    source = call.first(fact.parameters)
    if layout in BROUGHT_INTO:
        kept = without(common_traits(call.state, inputs), Check.LAYOUT)
        return {**kept, Check.LAYOUT: brought_into(fact, call)}
    if fact.factory and not call.receiver:
        return NO_TRAITS
    own = _of_the_class(of_view(call.state, source), fact)
    if fact.traits.get("complex") == "real" and conjugate is None:
        own = _of_real_part(own, fact)
    if conjugate == "sets":
        dtype = dtype_of(call.state, [source])
        return _conjugated(dtype, own, call.shown, call.span)
    if layout == "strided" and fact.aliasing is not Aliasing.FRESH:
        return without(own, Check.LAYOUT)
    if conjugate == "clears":
        return without(own, Check.CONJUGATE)
    if fact.traits.get("neg") == "clears":
        return without(own, Check.NEGATIVE)
    if conjugate in _OF_REAL and dtype_of(call.state, [source]).family in _REAL:
        return {**own, Check.CONJUGATE: _lazy(_OF_REAL[conjugate], call.shown, call.span)}
    if fact.aliasing is Aliasing.SOMETIMES:
        stays = "dtype" in fact.depends or "device" in fact.depends
        return of_perhaps_copy(own if stays else rearranged(own), casts.copied(fact, call))
    if fact.aliasing is Aliasing.VIEW:
        return rearranged(own)
    if fact.aliasing is not Aliasing.FRESH:
        return own  # lazy bits survive what copies nothing; a copy resolves them
    common = _of_the_class(common_traits(call.state, inputs), fact)
    left = _layout_kept(fact, call, own, common)
    common = without(common, Check.LAYOUT) if left is None else {**common, Check.LAYOUT: left}
    if conjugate in _OF_TWO:
        return of_two(fact, common, call.state, call.inputs, call.shown, call.span)
    return common


def brought_into(fact: CallFact, call: LibraryCall) -> Trait:
    """The layout into which a call brings a tensor, `BROUGHT_INTO` one."""
    word = fact.traits["layout"]
    names, shown = frozenset({word}), SPARSE if word in SPARSE_LAYOUTS else word
    if word == "argument":
        names, shown = _layout_asked_for(call), SPARSE
    return Trait(YES, names, begin(call.span, f"`{call.shown}(…)` makes it {shown}"))


def _layout_asked_for(call: LibraryCall) -> frozenset[str]:
    asked = call.arguments.keyword("layout")
    if asked == NONE or (asked is None and not call.arguments.more):
        return frozenset({SPARSE})
    named = {atom.name.rpartition(".")[2] for atom in asked or () if isinstance(atom, Library)}
    words = frozenset(map(layout_word, named))
    is_known = asked is not None and len(named) == len(asked) and words <= SPARSE_LAYOUTS
    return words if is_known else SPARSE_LAYOUTS


def rearranged(own: Traits) -> Traits:
    """The traits of a view that may lie otherwise: what is turned, or taken out.

    That of compressed rows is one of compressed columns, or of coordinates (executed).
    """
    layout = own.get(Check.LAYOUT)
    if layout is None or not layout.names & (SPARSE_LAYOUTS - {SPARSE}):
        return own
    return {**own, Check.LAYOUT: replace(layout, names=layout.names | SPARSE_LAYOUTS)}


def _layout_kept(fact: CallFact, call: LibraryCall, own: Traits, common: Traits) -> Trait | None:
    """The layout of a result in new memory; None of a strided one."""
    layout = fact.traits.get("layout")
    if layout == "strided" or (layout == "whole" and call.operand(1, "dim") in (None, NONE)):
        return None
    if layout == "beside":
        return layout_of_all(call.state, call.inputs)
    if layout == "whole" and Check.LAYOUT in own:
        return _summed_along(call, own[Check.LAYOUT])
    kept = own.get(Check.LAYOUT) if "sparse" in fact.keeps else None
    return kept or common.get(Check.LAYOUT)


def layout_of_all(state: State, values: Iterable[Value]) -> Trait | None:
    """The layout that all of several tensors have; None where one of them is strided."""
    of_each = [of_view(state, v).get(Check.LAYOUT, PLAIN) for v in values if _is_tensor(state, v)]
    found = of_each[0] if len(of_each) > 1 else PLAIN
    for other in of_each[1:]:
        found = Trait(found.held.both(other.held), found.names, found.story)
    return None if found.held == NO else rearranged({Check.LAYOUT: found})[Check.LAYOUT]


def _is_tensor(state: State, value: Value) -> bool:
    return any(isinstance(state.get(address), Tensor) for address in addresses(value))


def _summed_along(call: LibraryCall, layout: Trait) -> Trait:
    """The layout of a sum along one dimension, or several: what is left of a matrix is sparse.

    Nothing may be left, of a vector or where all dimensions are given; then it is strided.
    """
    along = single_literal(call.operand(1, "dim") or frozenset())
    left = BY_DEFAULT if along is not None and type(along.value) is int else MAYBE
    return Trait(layout.held.both(left), layout.names, layout.story)


_OF_TWO = frozenset({"of-both", "perhaps-of-both", "of-second", "perhaps-of-second"})


def of_two(
    fact: CallFact | None,
    common: Traits,
    state: State,
    values: Iterable[Value],
    shown: str,
    span: Span,
) -> Traits:
    """What two tensors have in `common`, and the conjugate bit of their product.

    `torch.dot(a, b)` of two lazy conjugates is one; `vdot` conjugates `a` itself (executed).
    """
    word = "" if fact is None else fact.traits.get("conj", "")
    tensors = [value for value in values if _is_tensor(state, value)]
    if word not in _OF_TWO or len(tensors) != 2:
        return common
    first, second = (of_view(state, v).get(Check.CONJUGATE, PLAIN).held for v in tensors)
    held = second.both(first if word.endswith("both") else first.opposite())
    held = held.both(MAYBE) if word.startswith("perhaps") else held
    return common if held == NO else {**common, Check.CONJUGATE: _lazy(held, shown, span)}


def of_perhaps_copy(traits: Traits, copied: Belief) -> Traits:
    """The traits after what copies, or gives the thing itself: a copy resolves lazy bits (executed)."""
    if copied == NO or not traits:
        return traits
    kept = dict(traits)
    for check in (Check.CONJUGATE, Check.NEGATIVE):
        lazy = kept.pop(check, None)
        held = NO if lazy is None else lazy.held.both(copied.opposite())
        if lazy is not None and held != NO:
            kept[check] = Trait(held, lazy.names, lazy.story)
    return kept


_REAL = frozenset({Family.FLOAT, Family.FLOAT32, Family.INTEGER})


def _of_the_class(own: Traits, fact: CallFact) -> Traits:
    """Nested and masked tensors have methods that take them apart."""
    kept = dict(own)
    for check in (Check.SUBCLASS, Check.STORAGE):
        one = own.get(check)
        if one is not None and one.names & OWN_CLASSES - set(fact.keeps):
            kept[check] = Trait(MAYBE, one.names)
    return kept


def conjugated(tensor: Tensor, shown: str, span: Span) -> Traits:
    """The traits of a conjugated view of a tensor."""
    return _conjugated(tensor.dtype, tensor.traits, shown, span)


def _conjugated(dtype: Dtype, own: Traits, shown: str, span: Span) -> Traits:
    if dtype.family not in (Family.COMPLEX, Family.UNKNOWN):
        return own
    before = own.get(Check.CONJUGATE, Trait(NO))
    after = before.held.opposite()
    if dtype.family is not Family.COMPLEX:
        after = before.held.join(after) if before.held != NO else MAYBE
    if after == NO:
        return without(own, Check.CONJUGATE)
    return {**own, Check.CONJUGATE: _lazy(after, shown, span)}


def _lazy(held: Belief, shown: str, span: Span) -> Trait:
    story = begin(span, f"`{shown}` conjugates lazily: it only sets a bit")
    return Trait(held, frozenset({"conjugate"}), story)


def of_part(tensor: Tensor, fact: CallFact) -> tuple[Dtype, Traits]:
    """`z.real` and `z.imag`: the imaginary part of a conjugated view has its sign pending."""
    family = Family.FLOAT if tensor.dtype.family is Family.COMPLEX else tensor.dtype.family
    dtype = Dtype(family, tensor.dtype.narrow)
    return dtype, _of_real_part(tensor.traits, fact)


def _of_real_part(own: Traits, fact: CallFact) -> Traits:
    """Real tensors have no conjugate bit; that of a complex one is a sign pending, if anything."""
    conjugate = own.get(Check.CONJUGATE)
    if conjugate is None:
        return own
    rest = without(own, Check.CONJUGATE)
    if fact.traits.get("neg") != "sets":
        return rest
    negative = Trait(conjugate.held, frozenset({"negative"}), conjugate.story)
    return {**rest, Check.NEGATIVE: negative}
