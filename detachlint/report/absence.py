"""Why no crossing is seen on a line, in words, for `detachlint explain`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from detachlint.knowledge.names import CONVERSIONS
from detachlint.syntax.question import Question, asked, statement_at

NOT_REACHED = (
    "nothing gets to this line, as far as the analysis sees: what is before it ends the program, "
    "returns or raises, or a condition never holds"
)
NOTHING = "nothing on this line makes an array of a tensor"
NOT_KNOWN = (
    "nothing on this line is known to make an array of a tensor: what functions of NumPy and other "
    "libraries are handed counts where it is known to be or to hold one"
)
_WITH_GRADIENT = frozenset({"item", "tolist", "float", "int", "bool"})
"""Methods and functions that take a tensor's values and work with a gradient, too."""


def absence(
    tree: ast.Module, line: int, words: str, is_reached: Callable[[Question], bool]
) -> Iterator[str]:
    """The reasons, a line each. `tree` may be changed, `words` are on the line, and `is_reached` puts the
    question to the analysis."""
    statement = statement_at(tree, line)
    if statement is None or (hasattr(statement, "body") and _is_empty(words)):
        yield "there is no statement on this line"
        return
    calls = list(_calls(statement, line))
    reasons = list(_reasons(calls))
    question = asked(tree, line)
    if question is not None and not is_reached(question):
        yield NOT_REACHED
    else:
        yield from reasons or [NOT_KNOWN if calls else NOTHING]


def _is_empty(words: str) -> bool:
    return not words.strip() or words.lstrip().startswith("#")


def _calls(statement: ast.stmt, line: int) -> Iterator[ast.Call]:
    """The calls in a statement that stand on a line."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and node.lineno <= line <= (node.end_lineno or node.lineno):
            yield node


def _reasons(calls: list[ast.Call]) -> Iterator[str]:
    """What is to be said of calls by what they call, each once."""
    functions = dict.fromkeys(map(_function, calls))
    for name, shown in functions:
        if name in CONVERSIONS:
            yield f"what {shown} is called on here is no tensor"
        elif name in _WITH_GRADIENT:
            yield f"{shown} is no crossing: it works with a gradient, too"
        elif shown in ("`exec(…)`", "`eval(…)`"):
            yield f"what {shown} runs is not looked at"


def _function(call: ast.Call) -> tuple[str, str]:
    """The name of what is called, and how it is shown; empty for what has none."""
    match call.func:
        case ast.Attribute(attr=name):
            return name, f"`.{name}()`"
        case ast.Name(id=name):
            return name, f"`{name}(…)`"
    return "", ""
