"""Which code can matter to a crossing: found by names, before anything is run."""

from __future__ import annotations

from detachlint.interpret.crossings import FORMS
from detachlint.ir.nodes import Attribute, Call, Code, Constant, Name
from detachlint.ir.walk import all_codes, inner_codes, nodes_of

WORDS = FORMS | {"reveal_grad"}


def words_in(code: Code) -> frozenset[str]:
    """The names, attribute names and (for `getattr`) strings that a body mentions itself."""
    found: set[str] = set()
    for node in nodes_of(code):
        if isinstance(node, (Name, Attribute)):
            found.add(node.name)
        elif isinstance(node, Call):
            found.update(
                argument.value.value
                for argument in node.arguments
                if isinstance(argument.value, Constant) and isinstance(argument.value.value, str)
            )
    return frozenset(found)


def relevant_codes(module: Code) -> set[Code]:
    """The code from which a crossing may be reached: it has one, or mentions a function that does.

    Over-approximates: names are compared without regard to whose they are.
    """
    words = {code: words_in(code) for code in all_codes(module)}
    relevant = {code for code, mentioned in words.items() if mentioned & WORDS}
    while True:
        around = {c for c in words if any(inner in relevant for inner in inner_codes(c))}
        names = {code.name for code in relevant if code.kind != "module"}
        more = {c for c, mentioned in words.items() if mentioned & names} | around
        if more <= relevant:
            return relevant
        relevant |= more
