"""Evaluated arguments of a call, and the call of something known by facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from detachlint.domain.values import BOTTOM_VALUE, Value, single_literal
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.state import State
from detachlint.source.span import Span
from detachlint.source.value_class import value_class


@value_class(frozen=True, slots=True)
class Arguments:
    """What a call was given.

    `rest` are further positional arguments of unknown number (`*xs`), `more` the values of keywords
    of unknown name (`**options`). `spans` tell where the program writes them, by position and
    keyword, as far as it does.
    """

    positional: tuple[Value, ...] = ()
    keywords: Mapping[str, Value] = field(default_factory=dict)
    rest: Value = BOTTOM_VALUE
    more: Value = BOTTOM_VALUE
    spans: Mapping[int | str, Span] = field(default_factory=dict, compare=False)

    def get(self, position: int, name: str = "") -> Value | None:
        """The argument at a position or of a name; None where it was not given (or nobody knows)."""
        if name and name in self.keywords:
            return self.keywords[name]
        if 0 <= position < len(self.positional):
            return self.positional[position]
        return None

    def keyword(self, name: str) -> Value | None:
        """The argument of a name."""
        return self.keywords.get(name)

    def all(self) -> list[Value]:
        """All arguments."""
        values = [*self.positional, *self.keywords.values()]
        if self.rest:
            values.append(self.rest)
        if self.more:
            values.append(self.more)
        return values

    def located(self) -> Iterator[tuple[Span, Value]]:
        """The arguments that the program writes, and where."""
        for key, span in self.spans.items():
            value = self.get(key) if isinstance(key, int) else self.keyword(key)
            if value is not None:
                yield span, value

    def after(self, *first: Value) -> Arguments:
        """The same with further arguments before the positional ones."""
        moved = {k + len(first) if isinstance(k, int) else k: s for k, s in self.spans.items()}
        return Arguments((*first, *self.positional), self.keywords, self.rest, self.more, moved)

    @property
    def exact(self) -> bool:
        """Whether nothing was unpacked from something of unknown length."""
        return not self.rest and not self.more


@dataclass(slots=True)
class LibraryCall:
    """A call of something whose behaviour is known by name.

    `receiver` are the objects whose method it is (bottom for a plain function); `shown` is how the
    program calls it.
    """

    name: str
    receiver: Value
    arguments: Arguments
    state: State
    activation: Activation
    span: Span
    shown: str

    @property
    def inputs(self) -> list[Value]:
        """The receiver, if any, and all arguments."""
        values = self.arguments.all()
        return [self.receiver, *values] if self.receiver else values

    def operand(self, position: int, name: str = "") -> Value | None:
        """Argument number `position`, counting the receiver as number 0 where there is one."""
        if not self.receiver:
            return self.arguments.get(position, name)
        if position == 0:
            return self.receiver
        return self.arguments.get(position - 1, name)

    def first(self, parameters: Sequence[str]) -> Value:
        """Argument number 0, of a callable with these parameters (`input`, where none are known)."""
        named = self.operand(0, parameters[0]) if parameters else None
        return named or self.operand(0, "input") or BOTTOM_VALUE

    def flag(self, position: int, name: str, default: bool | None) -> bool | None:
        """A boolean argument: `default` where it is not given, None where it is not known."""
        value = self.operand(position, name)
        if value is None:
            return default
        constant = single_literal(value)
        return bool(constant.value) if constant is not None else None
