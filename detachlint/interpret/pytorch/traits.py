"""Which traits of its inputs the result of a PyTorch call has: layouts, lazy bits, wrappers."""

from __future__ import annotations

from detachlint.domain.belief import MAYBE, NO
from detachlint.domain.objects import Tensor
from detachlint.domain.story import begin
from detachlint.domain.traits import (
    NO_TRAITS,
    UNSEEN,
    Check,
    Dtype,
    Family,
    Trait,
    Traits,
    join_traits,
    trait,
    without,
)
from detachlint.domain.values import Value, addresses
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch.placement import common_traits, dtype_of
from detachlint.knowledge.facts import Aliasing, CallFact
from detachlint.source.span import Span

SPARSE = {
    "to_sparse": "sparse",
    "to_sparse_coo": "sparse",
    "to_sparse_csr": "sparse",
    "to_sparse_csc": "sparse",
    "to_sparse_bsr": "sparse",
    "to_sparse_bsc": "sparse",
    "sparse_coo_tensor": "sparse",
    "sparse_csr_tensor": "sparse",
    "sparse_csc_tensor": "sparse",
    "sparse_bsr_tensor": "sparse",
    "sparse_bsc_tensor": "sparse",
    "sparse_compressed_tensor": "sparse",
    "to_mkldnn": "mkldnn",
}
"""What makes a tensor of another layout (executed)."""

KEEP_LAYOUT = frozenset(
    {
        *("detach", "detach_", "clone", "float", "double", "half", "bfloat16", "to", "cpu", "cuda"),
        *("t", "transpose", "coalesce", "neg", "requires_grad_", "contiguous", "data"),
    }
)
"""What gives a sparse tensor for a sparse tensor (executed)."""

DENSE = frozenset({"to_dense", "values", "indices", "crow_indices", "col_indices", "item"})
"""What gives a tensor of the usual layout for one of any (executed)."""

CONJUGATING = frozenset({"conj", "mH", "H", "adjoint"})
"""What sets the conjugate bit of a complex tensor (of a conjugated one: clears it), copying nothing."""

STAY_COMPLEX = (
    *("fft", "ifft", "fft2", "ifft2", "fftn", "ifftn", "rfft", "rfft2", "rfftn", "fftshift"),
    *("ifftshift", "clone", "detach", "contiguous", "reshape", "view", "transpose", "permute", "t"),
    *("conj", "mH", "H", "adjoint", "T", "mT", "resolve_conj", "resolve_neg", "conj_physical"),
    *("squeeze", "unsqueeze", "flatten", "cpu", "cuda", "to", "exp", "mul", "add", "sub", "div"),
    *("matmul", "mm", "bmm", "stack", "cat", "sum", "mean", "roll", "flip", "expand", "data"),
    *("complex", "polar", "view_as_complex", "mv", "zeros_like", "ones_like", "rand_like"),
)
"""What gives a complex tensor for a complex one (`abs` and its kin give a real one)."""


MAKE_COMPLEX = frozenset(
    {
        *("fft", "ifft", "fft2", "ifft2", "fftn", "ifftn", "rfft", "rfft2", "rfftn", "ihfft"),
        *("complex", "polar", "view_as_complex", "eigvals"),
    }
)
"""What gives a complex tensor for real ones."""


def short_name(fact: CallFact) -> str:
    """The last part of a fact's name."""
    return fact.name.rpartition(".")[2]


def stays_complex(name: str) -> bool:
    """Whether a callable gives a complex tensor for a complex one."""
    return name.rpartition(".")[2] in STAY_COMPLEX


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


def of_result(fact: CallFact, call: LibraryCall, inputs: list[Value]) -> Traits:
    """The traits of the (first) output of a call."""
    name = short_name(fact)
    source = call.operand(0, "input") or frozenset()
    if name in SPARSE:
        story = begin(call.span, f"`{call.shown}(…)` makes it {SPARSE[name]}")
        kept = without(common_traits(call.state, inputs), Check.LAYOUT)
        return {**kept, Check.LAYOUT: trait(SPARSE[name], story)}
    if fact.factory and not call.receiver:
        return NO_TRAITS
    own = _of_the_class(of_view(call.state, source), name)
    if name in CONJUGATING:
        dtype = dtype_of(call.state, [source])
        return _conjugated(dtype, own, call.shown, call.span)
    if name in DENSE:
        return without(own, Check.LAYOUT)
    if name == "resolve_conj":
        return without(own, Check.CONJUGATE)
    if name == "resolve_neg":
        return without(own, Check.NEGATIVE)
    if fact.aliasing in (Aliasing.VIEW, Aliasing.SELF) or name == "contiguous":
        return own
    if name in KEEP_LAYOUT or fact.aliasing is Aliasing.SOMETIMES:
        # Lazy bits survive what copies nothing; a copy resolves them.
        return own if fact.aliasing is Aliasing.SOMETIMES else _copied(own)
    return _of_the_class(common_traits(call.state, inputs), name)


KEEP_CLASS = frozenset(
    {
        "detach",
        "clone",
        "to",
        "float",
        "half",
        "cpu",
        "cuda",
        "contiguous",
        "requires_grad_",
        "relu",
    }
)
"""What gives a nested (or masked) tensor for such a one."""


def _of_the_class(own: Traits, name: str) -> Traits:
    """Nested and masked tensors have methods that take them apart."""
    kept = dict(own)
    for check in (Check.SUBCLASS, Check.STORAGE):
        one = own.get(check)
        if one is not None and one.names & {"nested", "masked"} and name not in KEEP_CLASS:
            kept[check] = Trait(MAYBE, one.names)
    return kept


def _copied(own: Traits) -> Traits:
    return without(own, Check.CONJUGATE, Check.NEGATIVE)


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
    story = begin(span, f"`{shown}` conjugates lazily: it only sets a bit")
    return {**own, Check.CONJUGATE: Trait(after, frozenset({"conjugate"}), story)}


def of_part(tensor: Tensor, name: str) -> tuple[Dtype, Traits]:
    """`z.real` and `z.imag`: the imaginary part of a conjugated view has its sign pending."""
    family = Family.FLOAT if tensor.dtype.family is Family.COMPLEX else tensor.dtype.family
    dtype = Dtype(family, tensor.dtype.narrow)
    conjugate = tensor.traits.get(Check.CONJUGATE)
    rest = without(tensor.traits, Check.CONJUGATE)
    if name == "imag" and conjugate is not None and tensor.dtype.family is Family.COMPLEX:
        negative = Trait(conjugate.held, frozenset({"negative"}), conjugate.story)
        return dtype, {**rest, Check.NEGATIVE: negative}
    return dtype, rest
