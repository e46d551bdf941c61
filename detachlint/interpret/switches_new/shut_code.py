"""The code that switches keep shut, and which of them would have to be set the other way.

What a test of a switch rules out is no dead code: it is what the program does after the next edit. What
plain literals rule out (`if False:`, `if 0:`) is dead, and so is what type checkers alone look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from detachlint.interpret.switches import Switch, Switchboard
from detachlint.ir.nodes import (
    Attribute,
    Block,
    Code,
    Conditional,
    Constant,
    Expression,
    For,
    If,
    Jump,
    Logical,
    Name,
    Operator,
    Raise,
    Return,
    Statement,
    Try,
    While,
    With,
)
from detachlint.ir.walk import all_codes, nodes_in, nodes_of
from detachlint.source.span import Span

Parts: TypeAlias = "Block | tuple[Expression, ...]"
"""Statements or expressions that run one after the other."""


class Shut(NamedTuple):
    """Code that does not run as the switches are set: it may, once some are set the other way.

    `words` are the names that it mentions.
    """

    spans: tuple[Span, ...]
    switches: frozenset[Switch]
    words: frozenset[str]


class Behind:
    """Which of several pieces of shut code something stands in."""

    def __init__(self, shut: Sequence[Shut]) -> None:
        self._numbers: dict[Span, list[int]] = {}
        for number, each in enumerate(shut):
            for span in each.spans:
                self._numbers.setdefault(span, []).append(number)
        self._spans: dict[tuple[str, int], list[Span]] = {}
        for span in self._numbers:
            for line in range(span.line, span.end_line + 1):
                self._spans.setdefault((span.file, line), []).append(span)

    def at(self, place: Span) -> list[int]:
        """The numbers of those around a place."""
        near = self._spans.get((place.file, place.line), ())
        around = (self._numbers[span] for span in near if span.contains(place))
        return sorted(number for numbers in around for number in numbers)


def shut_code(modules: Mapping[str, Code], switchboard: Switchboard) -> list[Shut]:
    """The code that the switches keep shut, file by file; what stands within other such code with the
    switches of that."""
    if not switchboard.has_switches:
        return []
    found = [
        shut
        for module in modules.values()
        for code in all_codes(module)
        for shut in _shut_in(code, switchboard)
    ]
    behind = Behind(found)
    around = [[found[other].switches for other in behind.at(s.spans[0])] for s in found]
    return [
        shut._replace(switches=shut.switches.union(*switches))
        for shut, switches in zip(found, around, strict=True)
    ]


def _shut_in(code: Code, switchboard: Switchboard) -> Iterator[Shut]:
    for ruled_out in _ruled_out_in(code):
        shut = _shut_by(ruled_out, switchboard)
        if shut is not None:
            yield shut


class _RuledOut(NamedTuple):
    """Code that does not run where a test comes out as it is not `wanted`."""

    test: Expression
    wanted: bool
    parts: Parts


def _ruled_out_in(code: Code) -> Iterator[_RuledOut]:
    """What the tests of a body rule out, one way or the other."""
    for block in _blocks(code.body):
        for index, statement in enumerate(block):
            if isinstance(statement, If):
                yield from _by_branches(statement, block[index + 1 :])
    for node in nodes_of(code):
        if isinstance(node, While):
            yield _RuledOut(node.test, True, node.body)
        elif isinstance(node, Conditional):
            yield _RuledOut(node.test, True, (node.body,))
            yield _RuledOut(node.test, False, (node.orelse,))
        elif isinstance(node, Logical):
            for index, operand in enumerate(node.operands[:-1]):
                yield _RuledOut(operand, node.name == "and", node.operands[index + 1 :])


def _by_branches(node: If, behind: Block) -> Iterator[_RuledOut]:
    """A branch, and what stands `behind` it all where the other one leaves."""
    for wanted, runs, shut in ((True, node.orelse, node.body), (False, node.body, node.orelse)):
        leaves = bool(runs) and isinstance(runs[-1], (Return, Raise, Jump))
        yield _RuledOut(node.test, wanted, shut + behind if leaves else shut)


def _shut_by(ruled_out: _RuledOut, switchboard: Switchboard) -> Shut | None:
    """What is shut while a test is not as wanted, if the switches decide that."""
    test, wanted, parts = ruled_out
    read = switchboard.read_in(test) if parts else {}
    if not read or _truth(test, read) is not (not wanted):
        return None
    needed = _to_be_turned(test, read)
    return Shut(tuple(part.span for part in parts), needed, _words_in(parts)) if needed else None


def _words_in(parts: Parts) -> frozenset[str]:
    nodes = list(nodes_in(parts))
    for node in nodes:
        if isinstance(node, Code):
            nodes += [inner for code in all_codes(node) for inner in nodes_of(code)]
    return frozenset(node.name for node in nodes if isinstance(node, (Name, Attribute)))


def _blocks(block: Block) -> Iterator[Block]:
    """A block and those within its statements."""
    yield block
    for statement in block:
        for inner in _inner_blocks(statement):
            yield from _blocks(inner)


def _inner_blocks(statement: Statement) -> tuple[Block, ...]:
    match statement:
        case If() | For() | While():
            return (statement.body, statement.orelse)
        case Try():
            handlers = tuple(handler.body for handler in statement.handlers)
            return (statement.body, *handlers, statement.orelse, statement.final)
        case With():
            return (statement.body,)
    return ()


def _truth(
    test: Any, read: Mapping[int, Switch], turned: frozenset[Switch] = frozenset()
) -> bool | None:
    """Whether a condition holds, as far as the switches tell that are `read` in it; some are `turned`."""
    match test:
        case Name() | Attribute():
            switch = read.get(id(test))
            return None if switch is None else switch.value is not (switch in turned)
        case Operator(name="not", operands=(operand,)):
            inner = _truth(operand, read, turned)
            return None if inner is None else not inner
        case Operator(name="is" | "==" | "is not" | "!=" as name, operands=(left, right)):
            if isinstance(right, Constant) and (value := _truth(left, read, turned)) is not None:
                return (value == right.value) is (name in ("is", "=="))
        case Logical():
            return _truth_of_several(test, read, turned)
    return None


def _truth_of_several(
    test: Logical, read: Mapping[int, Switch], turned: frozenset[Switch]
) -> bool | None:
    """That of `a and b`, `a or b`: the first operand that decides it is enough."""
    decides = test.name == "or"
    result: bool | None = not decides
    for operand in test.operands:
        truth = _truth(operand, read, turned)
        if truth is decides:
            return decides
        if truth is None:
            result = None
    return result


def _to_be_turned(test: Expression, read: Mapping[int, Switch]) -> frozenset[Switch]:
    """Those to be set the other way for the test to come out the other way, as few as will do."""
    as_set = _truth(test, read)
    several = frozenset(read.values())
    for turned in (*(frozenset({switch}) for switch in read.values()), several):
        if _truth(test, read, turned) is not as_set:
            return turned
    return frozenset()
