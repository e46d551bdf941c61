"""The code that switches keep shut, and which of them would have to be set otherwise, and what to.

What a test of a switch rules out is no dead code: it is what the program does after the next edit. What
plain literals rule out (`if False:`, `if 0:`) is dead, and so is what type checkers alone look at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from detachlint.interpret.switches.bindings import Chain, chains
from detachlint.interpret.switches.switch import Switch, Turned
from detachlint.interpret.switches.switchboard import Switchboard
from detachlint.interpret.switches.truth import Compared, to_be_turned, truth
from detachlint.ir.nodes import (
    Attribute,
    Block,
    Code,
    Conditional,
    Expression,
    For,
    If,
    Jump,
    Logical,
    Name,
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
    """Code that does not run as the switches are set: it may, once some are `turned`.

    `words` are the names that it mentions.
    """

    spans: tuple[Span, ...]
    turned: frozenset[Turned]
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


def shut_code(
    modules: Mapping[str, Code], switchboard: Switchboard, called: Collection[Code]
) -> list[Shut]:
    """The code that the switches keep shut, file by file; what stands within other such code with the
    switches of that.

    What a function is handed, and what objects hold, counts in code that the modules themselves have
    `called` only: others may call it with anything, and it is run for them with what nobody knows.
    """
    found = [
        shut
        for module in modules.values()
        for chain in chains(module)
        for shut in _shut_in(chain, switchboard, called)
    ]
    behind = Behind(found)
    return [
        shut._replace(turned=_together(found[other].turned for other in behind.at(shut.spans[0])))
        for shut in found
    ]


def _together(several: Iterable[frozenset[Turned]]) -> frozenset[Turned]:
    """What to set for all of these, the outermost first: each says more exactly what the others want."""
    return frozenset({one.switch: one for turned in several for one in turned}.values())


def _shut_in(chain: Chain, switchboard: Switchboard, called: Collection[Code]) -> Iterator[Shut]:
    code = chain[-1]
    inner = code.kind in ("module", "class") or code in called
    for ruled_out in _ruled_out_in(code):
        read = switchboard.read_in(ruled_out.test, chain, inner=inner) if ruled_out.parts else {}
        shut = _shut_by(ruled_out, read, switchboard.compared_with)
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


def _shut_by(ruled_out: _RuledOut, read: Mapping[int, Switch], compared: Compared) -> Shut | None:
    """What is shut while a test is not as wanted, if the switches decide that which are read in it."""
    test, wanted, parts = ruled_out
    if not read or truth(test, read) is not (not wanted):
        return None
    needed = to_be_turned(test, read, compared)
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
