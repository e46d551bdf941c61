"""Files and the files they are linked with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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


def components(links: Links) -> Iterator[set[str]]:
    """The files that hang together, by links in either direction; in the order of the first of each."""
    around = both_ways(links)
    done: set[str] = set()
    for file in around:
        if file not in done:
            found = reachable([file], around)
            done |= found
            yield found


def united(sets: Iterable[frozenset[str]]) -> tuple[frozenset[str], ...]:
    """Sets of files that have none in common: those that have are put together."""
    links: dict[str, frozenset[str]] = {}
    for files in sets:
        first = min(files)
        links[first] = files | links.get(first, files)
    return tuple(map(frozenset, components(links)))
