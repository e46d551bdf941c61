"""How one crossing is written: the chain before it, step by step, with exact positions.

All positions are indices into `SourceText.text` (characters, half-open ranges).
"""

from __future__ import annotations

from enum import Enum
from typing import Literal, final

from detachlint.source.value_class import value_class


class Form(Enum):
    """How a crossing is spelled."""

    METHOD = "receiver.numpy()"
    UNBOUND = "torch.Tensor.numpy(receiver)"
    GETATTR = 'getattr(receiver, "numpy")()'
    ARGUMENT = "function(receiver)"


@final
@value_class(frozen=True, slots=True)
class ArgumentLayout:
    """One argument of a call; `text` is its value without enclosing parentheses.

    `start` and `end` enclose the whole argument (keyword, star, parentheses; no comma),
    `value_start` and `value_end` enclose `text`.
    """

    text: str
    start: int
    end: int
    value_start: int
    value_end: int
    keyword: str | None
    star: str
    is_primary: bool
    """Whether a `.step` can follow the argument without more parentheses."""
    shows_no_tensor: bool
    """A literal, a shape, a size: something that nobody could take for a tensor."""

    @property
    def is_positional(self) -> bool:
        """Whether it fills a parameter by its place (`*arguments` may)."""
        return self.keyword is None and self.star != "**"


@final
@value_class(frozen=True, slots=True)
class Step:
    """`.name` or `.name(arguments)` behind something; `dot` is where its dot stands."""

    name: str
    arguments: tuple[ArgumentLayout, ...] | None
    dot: int

    @property
    def is_called(self) -> bool:
        """Whether it is a method call rather than an attribute."""
        return self.arguments is not None


@final
@value_class(frozen=True, slots=True)
class Base:
    """What a chain of steps begins with: a name, `super()`, arithmetic, or anything else."""

    kind: Literal["name", "super", "arithmetic", "other"]
    name: str | None = None


@final
@value_class(frozen=True, slots=True)
class CrossingLayout:
    """A crossing: `base`, then `steps`, then the conversion named `method`.

    Where the conversion is a method call, `dot` is where its dot stands; otherwise `receiver` is
    the argument that holds base and steps (for `UNBOUND` also the first of `arguments`). Exactly
    one of the two is None. `arguments` are those of the conversion's call, and `arguments_start` is
    the place behind its opening parenthesis (an `ARGUMENT` is looked at without its call: it has
    none of them). `items` are those of an argument that is written item by item: a display, or a
    comprehension, which has one.
    """

    form: Form
    method: Literal["numpy", "__array__"]
    base: Base
    steps: tuple[Step, ...]
    dot: int | None
    receiver: ArgumentLayout | None
    arguments: tuple[ArgumentLayout, ...]
    arguments_start: int
    items: tuple[CrossingLayout, ...] = ()
