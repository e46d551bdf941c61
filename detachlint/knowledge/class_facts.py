"""Facts about the classes of libraries: which are derived from which.

A row is `pattern⇥patterns of ancestors⇥evidence`, patterns as in `source_facts`. What was only read is
never the reason for a certain finding: it decides no more than which of several ways a program goes.
"""

from __future__ import annotations

import re
from functools import cache

from detachlint.knowledge.source_facts import expression
from detachlint.knowledge.table import Table

BASES = Table("sources/bases.tsv")


@cache
def is_derived(name: str, ancestor: str) -> bool:
    """Whether a library's class is known to be derived from another one, both by canonical name."""
    return any(
        re.fullmatch(expression(pattern), name)
        and any(re.fullmatch(expression(one), ancestor) for one in ancestors_in(pattern))
        for pattern in BASES.names()
        if pattern.partition(".")[0] == name.partition(".")[0]
    )


def ancestors_in(pattern: str) -> list[str]:
    """The patterns of ancestors in a row."""
    return (BASES.row(pattern) or "").partition("\t")[0].split()
