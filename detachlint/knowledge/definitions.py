"""Which names of libraries are known to stand for functions, classes or modules.

Such things are true, are never None and are no tensors. What else a library has under a name (a flag,
a path, a version that may be None) can be anything.
"""

from __future__ import annotations

import re
from functools import cache

from detachlint.knowledge import facts
from detachlint.knowledge.sink_facts import sink_fact
from detachlint.knowledge.source_facts import source_fact

_LIKE_A_CLASS = re.compile(r"_*[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")

_DTYPE = re.compile(r"torch\.(?:b?float|complex|u?int|q?u?int|bool)\w*")


NEVER_TRUE = frozenset({"typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"})
"""Flags of libraries that are false in every run."""


@cache
def is_definition(name: str) -> bool:
    """Whether a library has a function, class, module or dtype under that name.

    False where nothing tells.
    """
    name = facts.canonical_name(name)
    owner, _, last = name.rpartition(".")
    if not owner or owner == "builtins":
        return True
    if _LIKE_A_CLASS.fullmatch(last) or _DTYPE.fullmatch(name):
        return True
    known = (facts.call_fact, facts.module_fact, facts.class_fact, facts.numpy_fact)
    return any(fact(name) is not None for fact in (*known, sink_fact, source_fact))
