"""Files and the files they are linked with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Links = Mapping[str, Iterable[str]]
"""What each file leads to; a file without an entry leads nowhere."""


def both_ways(links: Links) -> dict[str, set[str]]:
    """The same links, to be followed in either direction."""
    around: dict[str, set[str]] = {}
    for file, linked in links.items():
        around.setdefault(file, set())
        for other in linked:
            around[file].add(other)
            around.setdefault(other, set()).add(file)
    return around


def reachable(starts: Iterable[str], links: Links) -> set[str]:
    """Some files and all that they lead to."""
    found = set(starts)
    pending = list(found)
    while pending:
        fresh = set(links.get(pending.pop(), ())) - found
        found |= fresh
        pending += fresh
    return found
