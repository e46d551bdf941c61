"""Counts that outlive the process that counts, however it ends: they stand in memory that is a file's."""

from __future__ import annotations

import itertools
import mmap
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

_SUFFIX = ".counts"
_SIZE = mmap.ALLOCATIONGRANULARITY
"""Bytes of a file."""
_CELLS = _SIZE // 8

SetCount: TypeAlias = Callable[[int], None]
"""What sets a count."""


class Cell(NamedTuple):
    """Where a count stands: the name of a file, and the number of the count in it."""

    file: str
    number: int


class _Block(NamedTuple):
    """One file of cells, and the memory that is that file."""

    name: str
    cells: memoryview


_KEPT: list[_Block] = []
"""Python closes the descriptor that belongs to the memory when it gives the memory back, and the
program may have closed that, and a file of its own got the number."""


class Counts:
    """This process's cells, in files of a directory. A fork needs an object of its own.

    Takes no lock: threads and signal handlers that need the same block at once may each make a file,
    and all but one of these stay unused.
    """

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._numbers = itertools.count()
        self._blocks: dict[int, _Block] = {}

    def new(self) -> tuple[Cell, SetCount]:
        """A cell, 0 at first, and what sets it. OSError if there can be none."""
        number, index = divmod(next(self._numbers), _CELLS)
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks.setdefault(number, self._new_block())
        return Cell(block.name, index), _setter(block.cells, index)

    def _new_block(self) -> _Block:
        descriptor, path = tempfile.mkstemp(_SUFFIX, dir=self._directory)
        try:
            # Written, not only made longer: on a full disk that fails here, and not in the memory.
            os.write(descriptor, bytes(_SIZE))
            memory = mmap.mmap(descriptor, _SIZE, **_WITHOUT_DESCRIPTOR)
        except ValueError as error:  # the disk was full in the middle of it
            raise OSError(str(error)) from error
        finally:
            os.close(descriptor)
        block = _Block(os.path.basename(path), memoryview(memory).cast("Q"))  # noqa: PTH119 (a str)
        _KEPT.append(block)
        return block


_WITHOUT_DESCRIPTOR: dict[str, Any] = {"trackfd": False} if sys.version_info >= (3, 13) else {}


def _setter(cells: memoryview, index: int) -> SetCount:
    def set_count(count: int) -> None:
        cells[index] = count

    return set_count


def counts_in(directory: Path) -> dict[str, Sequence[int]]:
    """The counts of all files of a directory, by their names."""
    return {
        path.name: memoryview(path.read_bytes().ljust(_SIZE, b"\0")[:_SIZE]).cast("Q")
        for path in directory.glob(f"*{_SUFFIX}")
    }
