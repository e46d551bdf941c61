"""The lowering of a whole file."""

from __future__ import annotations

import ast

from detachlint.ir.nodes import Code
from detachlint.lower import comprehensions, expressions, functions, patterns, statements
from detachlint.lower.context import Lowering, span_between
from detachlint.lower.resolve import Frame, Scope
from detachlint.lower.scope import analyse
from detachlint.source.span import Span
from detachlint.syntax.parse import too_deep

_EXPRESSIONS = {**expressions.EXPRESSIONS, **comprehensions.EXPRESSIONS, **functions.EXPRESSIONS}
_STATEMENTS = {**statements.STATEMENTS, **functions.STATEMENTS, **patterns.STATEMENTS}


def lower_module(tree: ast.Module, filename: str, file: str = "") -> Code:
    """The code of a module, with that of everything defined in it inside.

    `filename` becomes the name of the code, `file` that of all spans in it. The tree must come from
    Python's parser (positions are needed); it is left as it is. What Python rejects only when it
    compiles (a `return` outside of a function, say) is lowered all the same. Raises `Unparsable`
    where the program is nested too deeply, and nothing else.
    """
    try:
        return _lower(tree, filename, file)
    except RecursionError as error:  # the caller is deep in the stack already
        raise too_deep() from error


def _lower(tree: ast.Module, filename: str, file: str) -> Code:
    bindings = analyse(tree)
    bound = bindings[tree].bound
    frame = Frame("module", "<module>", None, bound)
    scope = Scope("module", frame, None, None, {name: name for name in bound})
    body = Lowering(bindings, _EXPRESSIONS, _STATEMENTS, scope, file).block(tree.body)
    start = Span(1, 0, 1, 0, file)
    whole = span_between(start, body[-1].span) if body else start
    return frame.code("module", filename, (), body, whole)
