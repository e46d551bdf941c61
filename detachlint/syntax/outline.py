"""What a whole file says about its names and calls, as far as a fix needs to know."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from detachlint.source.span import Span
from detachlint.source.text import SourceText
from detachlint.syntax.parse import Unparsable, parse_module

_BEHIND_A_VALUE = re.compile(r"(?:[\s\\)]|#[^\r\n]*)*")
_TEMPLATES: tuple[type[ast.AST], ...] = tuple(
    getattr(ast, name) for name in ("TemplateStr",) if hasattr(ast, name)
)

POSITIONS_INSIDE_STRINGS = sys.version_info >= (3, 12)
"""Whether Python's parser knows where the expressions of an f-string stand.

Before 3.12 it looks for their text inside the string and takes the first hit, or counts from the
string's own start (https://docs.python.org/3/whatsnew/3.12.html, PEP 701).
"""


@dataclass(frozen=True)
class Outline:
    """Facts about one file.

    `imported` are the names that some import of the file binds, in whatever scope.
    `own_attributes` are the methods and attributes that classes of the file define.
    `editable_calls` are the spans of the call expressions that may be changed: each stands at
    exactly that place and its text is not data. `editable_values` are those of all expressions
    that are read as one value.
    """

    imported: frozenset[str]
    own_attributes: frozenset[str]
    editable_calls: frozenset[Span]
    editable_values: frozenset[Span] = frozenset()

    @classmethod
    def read(cls, source: SourceText, tree: ast.Module | None = None) -> Outline:
        """The outline of `source`, whose syntax tree may be handed over if there is one.

        A file that does not parse has an empty outline.
        """
        if tree is None:
            try:
                tree = parse_module(source.text, source.filename)
            except Unparsable:
                return cls(frozenset(), frozenset(), frozenset())
        reader = _Reader(source)
        reader.read(tree)
        return cls(
            frozenset(reader.imported),
            frozenset(reader.own_attributes),
            frozenset(reader.calls - reader.fixed_calls),
            frozenset(reader.values - reader.fixed_values),
        )


class _Reader:
    """One walk over the tree, with a stack of its own: trees may be deeper than Python's."""

    def __init__(self, source: SourceText) -> None:
        self.imported: set[str] = set()
        self.own_attributes: set[str] = set()
        self.calls: set[Span] = set()
        self.fixed_calls: set[Span] = set()
        self.values: set[Span] = set()
        self.fixed_values: set[Span] = set()
        self._source = source

    def read(self, tree: ast.Module) -> None:
        """Fills the sets."""
        pending: list[tuple[ast.AST, bool]] = [(tree, True)]
        while pending:
            node, editable = pending.pop()
            if isinstance(node, ast.expr):
                self._value(node, editable)
            if isinstance(node, ast.Call):
                self._call(node, editable)
            elif isinstance(node, ast.keyword) and node.arg is None:
                self.fixed_values.add(_span(node.value))
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                self.imported.update(_bound_names(node))
            elif isinstance(node, ast.ClassDef):
                self.own_attributes.update(_class_attributes(node))
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                self.own_attributes.add(node.attr)
            editable = editable and not self._shows_its_text(node)
            pending.extend((child, editable) for child in ast.iter_child_nodes(node))

    def _call(self, node: ast.Call, editable: bool) -> None:
        span = _span(node)
        # Two calls at one place: at least one position is wrong (f-strings before Python 3.12).
        if not editable or span in self.calls:
            self.fixed_calls.add(span)
        self.calls.add(span)

    def _value(self, node: ast.expr, editable: bool) -> None:
        span = _span(node)
        is_read = isinstance(getattr(node, "ctx", None), (ast.Load, type(None)))
        if isinstance(node, ast.Starred):
            self.fixed_values.add(_span(node.value))
        if not editable or not is_read or span in self.values:
            self.fixed_values.add(span)
        self.values.add(span)

    def _shows_its_text(self, node: ast.AST) -> bool:
        """Whether the program can see how the expressions inside `node` are written.

        `f"{x.numpy()=}"` prints its own source text and a t-string keeps it. An f-string whose
        expressions have no true positions counts as well.
        """
        if isinstance(node, _TEMPLATES):
            return True
        if isinstance(node, ast.JoinedStr):
            return not POSITIONS_INSIDE_STRINGS
        if not isinstance(node, ast.FormattedValue):
            return False
        value = _span(node.value)
        end = self._source.offset(value.end_line, value.end_column)
        behind = _BEHIND_A_VALUE.match(self._source.text, end)
        return behind is not None and self._source.text.startswith("=", behind.end())


def _span(node: ast.expr) -> Span:
    end_line = node.lineno if node.end_lineno is None else node.end_lineno
    end_column = node.col_offset if node.end_col_offset is None else node.end_col_offset
    return Span(node.lineno, node.col_offset, end_line, end_column)


def _bound_names(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    for alias in node.names:
        yield alias.asname or alias.name.split(".")[0]


def _class_attributes(node: ast.ClassDef) -> Iterator[str]:
    for child in ast.walk(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield child.name
    for statement in node.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))
