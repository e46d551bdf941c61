"""What is remembered of a run, in a form that the store keeps."""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from detachlint.cache.consulted import Sought
from detachlint.cache.stamps import Stamp
from detachlint.outcome.packing import Packed

if TYPE_CHECKING:
    from detachlint.project.islands import Islands

PackedIslands: TypeAlias = "tuple[list[list[str]], list[str], bool]"


class Entry(NamedTuple):
    """Of a file: what it is called and how it is checked (`key`, which begins with its name), the stamp if
    that alone tells that it is the same, the digest, the basis of its result and that."""

    key: list[Any]
    stamp: Stamp | None
    digest: str
    basis: str
    result: Packed


class Other(NamedTuple):
    """A file that was consulted beside, by its absolute path."""

    path: str
    stamp: Stamp | None
    digest: str


class Record(NamedTuple):
    """The `files` of a run by name, what was consulted beside them, and which of them hang together
    (None if nobody knows that)."""

    files: dict[str, Entry]
    others: list[Other]
    listings: list[tuple[str, frozenset[str]]]
    sought: list[Sought]
    islands: PackedIslands | None

    def packed(self) -> bytes:
        """A record for the store."""
        files = [tuple(entry) for entry in self.files.values()]
        others = [tuple(other) for other in self.others]
        sought = [tuple(each) for each in self.sought]
        return marshal.dumps((files, others, self.listings, sought, self.islands))


def read_record(data: bytes | None) -> Record | None:
    """The record that these bytes are; None if they are none, or damaged."""
    if data is None:
        return None
    try:
        files, others, listings, sought, islands = marshal.loads(data)
        entries = [Entry(*each) for each in files]
        return Record(
            {entry.key[0]: entry for entry in entries},
            [Other(*each) for each in others],
            listings,
            [Sought(*each) for each in sought],
            islands,
        )
    except (ValueError, TypeError, LookupError, EOFError):
        return None


def pack_islands(islands: Islands) -> PackedIslands:
    """Islands as a record has them."""
    sets = [sorted(files) for files in islands.islands]
    return sets, sorted(islands.dynamic), islands.mention_tensors


def unpack_islands(packed: PackedIslands) -> Islands:
    """Islands that were packed."""
    # Imported late: where nothing has changed, nobody asks.
    from detachlint.project.islands import Islands

    sets, dynamic, mention_tensors = packed
    return Islands(tuple(map(frozenset, sets)), frozenset(dynamic), mention_tensors)
