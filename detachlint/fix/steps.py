"""Which steps before a crossing are pointless with a graph, and may therefore follow `.detach()`.

A step is pointless with a graph if only values come out of it: it moves, copies, casts, or shows
the same values in another shape. `x.cpu().numpy()` becomes `x.detach().cpu().numpy()`, so that
autograd does not record a copy nobody differentiates. Arithmetic (`.sum()`, `.exp()`) stays before
the detach: nothing would be wrong with moving it, but nobody writes it so.

Leaving a step before the detach is always right; moving it behind is right only if what stands
before the step is a tensor. Since the fix sees the syntax alone, a step is moved only where nothing
else is plausible:

- `torch.squeeze(x)`, `self.flatten(x)`, `xp.reshape(x, shape)` are function calls, not steps: they
  take the tensor as an argument. So arguments must show that they are no tensor, unless nobody
  has a function of that name.
- An attribute may belong to anything (`camera.T`, `packed.data`, `x.grad`, `model.weight`); only
  `.T` and its kin are steps, and only behind something that no module or own class could be.
- An index is no step: `outputs[0]` may index a tuple, a list or a dictionary of tensors, which have
  no `.detach`. `x[0].numpy()` becomes `x[0].detach().numpy()`; the view costs nothing.
- A name that a class of the file defines is the class's own business.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from detachlint.knowledge import facts
from detachlint.syntax.layout import ArgumentLayout, Base, Step
from detachlint.syntax.outline import Outline


class Takes(Enum):
    """What a pointless step takes by position."""

    NOTHING = "nothing: with an argument it is some function of that name"
    ANYTHING = "anything: nobody has a function of that name for tensors"
    SIZES = "sizes, one of which shows that it is no tensor"
    NO_TENSOR = "no tensor as the first: torch has a function of that name that takes one"


METHODS: dict[str, Takes] = {
    "bfloat16": Takes.NOTHING,
    "clone": Takes.NOTHING,
    "contiguous": Takes.NOTHING,
    "cpu": Takes.NOTHING,
    "cuda": Takes.ANYTHING,
    "double": Takes.NOTHING,
    "expand": Takes.SIZES,
    "expand_as": Takes.ANYTHING,
    "flatten": Takes.NO_TENSOR,
    "float": Takes.NOTHING,
    "half": Takes.NOTHING,
    "moveaxis": Takes.NO_TENSOR,
    "movedim": Takes.NO_TENSOR,
    "permute": Takes.NO_TENSOR,
    "ravel": Takes.NOTHING,
    "reshape": Takes.NO_TENSOR,
    "reshape_as": Takes.ANYTHING,
    "resolve_conj": Takes.NOTHING,
    "resolve_neg": Takes.NOTHING,
    "squeeze": Takes.NO_TENSOR,
    "swapaxes": Takes.NO_TENSOR,
    "swapdims": Takes.NO_TENSOR,
    "t": Takes.NOTHING,
    "to": Takes.ANYTHING,
    "transpose": Takes.NO_TENSOR,
    "type": Takes.ANYTHING,
    "type_as": Takes.ANYTHING,
    "unflatten": Takes.NO_TENSOR,
    "unsqueeze": Takes.NO_TENSOR,
    "view": Takes.SIZES,
    "view_as": Takes.ANYTHING,
}
"""The pointless methods of `torch.Tensor`; every row is executed under PyTorch by the tests."""

ATTRIBUTES = frozenset({"T", "mT", "H", "mH"})
"""The pointless attributes of `torch.Tensor`. `data` and `grad` are other tensors, not views."""

KEYWORDS = frozenset(
    {
        *(
            "axis0",
            "axis1",
            "copy",
            "destination",
            "device",
            "dim",
            "dim0",
            "dim1",
            "dims",
            "dtype",
        ),
        *("end_dim", "memory_format", "non_blocking", "other", "shape", "size", "sizes", "source"),
        "start_dim",
    }
)
"""The keywords of `METHODS`. The functions of the same names call their tensor otherwise."""


def count_pointless(base: Base, steps: Sequence[Step], outline: Outline) -> int:
    """How many of the last `steps` may follow `.detach()`."""
    first = len(steps)
    while first and _is_pointless(base, steps[: first - 1], steps[first - 1], outline):
        first -= 1
    return len(steps) - first


def _is_pointless(base: Base, before: Sequence[Step], step: Step, outline: Outline) -> bool:
    if step.name in outline.own_attributes:
        return False
    if not before and (base.kind == "super" or base.name in {"self", "cls"}):
        # The methods of the class itself, or of its base.
        return False
    if step.arguments is None:
        return step.name in ATTRIBUTES and _is_surely_tensor(base, before)
    if any(argument.star == "**" for argument in step.arguments):
        return False
    if any(argument.keyword not in {None, *KEYWORDS} for argument in step.arguments):
        return False
    positional = [argument for argument in step.arguments if argument.is_positional]
    return _is_method(base, before, step.name, positional, outline)


def _is_method(
    base: Base,
    before: Sequence[Step],
    name: str,
    positional: Sequence[ArgumentLayout],
    outline: Outline,
) -> bool:
    """Whether the call of `name` is the tensor's method rather than a function of a namespace."""
    takes = METHODS.get(name)
    if takes is None or not positional:
        return takes is not None
    if takes is Takes.NOTHING:
        return False
    if positional[0].shows_no_tensor or _is_surely_tensor(base, before):
        return True
    if takes is Takes.SIZES:
        return any(argument.shows_no_tensor for argument in positional)
    is_dotted_name = not any(step.is_called for step in before)
    may_be_module = is_dotted_name and base.name in outline.imported
    return takes is Takes.ANYTHING and not may_be_module


def _is_surely_tensor(base: Base, before: Sequence[Step]) -> bool:
    """Whether only a tensor can be what `before` leads to."""
    if not before:
        return base.kind == "arithmetic"
    last = before[-1]
    # What modules have as well (`to`, `float`), what wraps tensors often has, too.
    is_shaping = last.name in METHODS and not facts.module_behaviour(last.name)
    return last.is_called and (is_shaping or last.name == "detach")
