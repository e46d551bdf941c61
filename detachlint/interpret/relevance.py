"""Which code can matter to a crossing: found by names, before anything is run."""

from __future__ import annotations

from detachlint.interpret.crossings import FORMS
from detachlint.ir.nodes import (
    Assign,
    Attribute,
    AugmentedAssign,
    Call,
    Code,
    Constant,
    Delete,
    Name,
    Subscript,
    Target,
    Unpack,
)
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
        # Special methods have no name at their call; their class does, and stands around them.
        names = {c.name for c in relevant if c.kind != "module" and not c.name.startswith("__")}
        more = {c for c, mentioned in words.items() if mentioned & names} | around
        if more <= relevant:
            return relevant
        relevant |= more


MUTATORS = frozenset(
    {"append", "extend", "insert", "add", "update", "appendleft", "setdefault", "setattr", "clear",
     "requires_grad_", "detach_", "register_buffer", "register_parameter", "add_module", "backward",
     "register_forward_hook", "pop", "remove", "train", "eval", "freeze", "apply", "copy_"}
)  # fmt: skip


def changes_objects(code: Code) -> bool:
    """Whether a body may change an object that others see: it stores into one, or calls what does."""
    for node in nodes_of(code):
        if isinstance(node, (AugmentedAssign, Delete)):
            if not isinstance(node.target, Name):
                return True
        elif isinstance(node, Assign):
            if any(_stores(target) for target in node.targets):
                return True
        elif isinstance(node, Call) and isinstance(node.function, (Attribute, Name)):
            if node.function.name in MUTATORS:
                return True
    return any(changes_objects(inner) for inner in inner_codes(code))


def _stores(target: Target) -> bool:
    if isinstance(target, Unpack):
        return any(_stores(inner) for inner in target.targets)
    return isinstance(target, (Attribute, Subscript))
