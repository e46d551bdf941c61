"""The results of a run, remembered until something changes that they depend on.

They depend on the files that were checked, on how to check each, and on what was consulted beside:
files that are imported, folders in which modules were looked for. If all that is as it was,
`Memory.recalled` gives all results of the last run; that takes a look at each file's times and no more.
Otherwise the result of a file holds as long as its content, its options and its *basis* are what they
were: the facts about it, which the program as a whole has to say.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from detachlint.cache.consulted import Consulted, are_unchanged, is_unchanged
from detachlint.cache.stamps import MISSING, Stamp, digest_of_file, is_settled, stamp_of
from detachlint.cache.store import Store, digest_of
from detachlint.config.options import Options
from detachlint.outcome.packing import Packed, pack, unpack
from detachlint.outcome.result import FileResult
from detachlint.project.resources import Resources
from detachlint.source.discovery import FoundFile, read_file
from detachlint.source.text import SourceText, Undecodable

ReadSource: TypeAlias = "Callable[[bytes, str, Options], SourceText]"
"""How a file's text is read. May raise `Undecodable`."""

_Entry: TypeAlias = "tuple[list[Any], Stamp | None, str, str, Packed]"
"""Of a file: what it is called and how it is checked, stamp, digest, basis and result."""


class Memory:
    """The memory of runs over the same paths with the same options in the same folder.

    To be made before anything is read.
    """

    def __init__(
        self,
        store: Store,
        paths: Iterable[str],
        files: Sequence[FoundFile],
        options: Sequence[Options],
        read_source: ReadSource,
    ) -> None:
        self._store, self._read_source = store, read_source
        self._found, self._options = files, options
        texts = {each: _digest_of_text(repr(each)) for each in set(options)}
        self._keys: list[list[Any]] = [
            [str(file.path), int(file.explicit), texts[own]]
            for file, own in zip(files, options, strict=True)
        ]
        self._name = name_of_program(paths)
        self._entry_name = f"run-{_digest_of_text(repr((self._name, sorted(texts.values()))))}"
        self._stamps = {name: stamp_of(name) for name, *_ in self._keys}
        self._unsettled = {
            name: digest_of_file(name)
            for name, stamp in self._stamps.items()
            if stamp is not None and not is_settled(stamp)
        }
        self._digests = dict(self._unsettled)
        self._consulted = Consulted()
        self._old: dict[str, _Entry] = {}

    def resources(self, jobs: int) -> Resources:
        """What the analysis of the files may use: what it reads is noted here."""
        return Resources(self._consulted, self._store, self._name, jobs)

    # --- what was ---------------------------------------------------------------------------------

    def recalled(self) -> list[FileResult] | None:
        """The results of all files, in their order; None if any of them may have changed."""
        data = self._store.read(self._entry_name)
        if data is None:
            return None
        try:
            record = json.loads(data)
            self._old = {entry[0][0]: entry for entry in record["files"]}
            entries = list(map(self._entry, range(len(self._keys))))
            if None in entries or not self._same_around(record, len(entries)):
                self._trust_stamps(record)
                return None
            results = [self._unpacked(index) for index in range(len(entries))]
            return None if None in results else [each for each in results if each is not None]
        except (ValueError, TypeError, LookupError):
            self._old = {}
            return None

    def recall(self, index: int, basis: Callable[[str], str]) -> tuple[FileResult, str] | None:
        """The result of one file, and its basis; None if it has to be found out anew. `basis` gives the
        basis of today, given that of then."""
        entry = self._entry(index)
        if entry is None or not entry[3] or basis(entry[3]) != entry[3]:
            return None
        try:
            result = self._unpacked(index)
        except (ValueError, TypeError, LookupError):
            return None
        return None if result is None else (result, entry[3])

    def _entry(self, index: int) -> _Entry | None:
        """What is remembered of a file that is still the same, and checked the same way."""
        key = self._keys[index]
        entry = self._old.get(key[0])
        if entry is None or entry[0] != key:
            return None
        stamp, digest = entry[1], entry[2]
        if stamp is not None and stamp == self._stamps[key[0]]:
            return entry
        return entry if self._digest(key[0]) == digest != MISSING else None

    def _digest(self, name: str) -> str:
        """The digest of a file as it was at first sight."""
        known = self._digests.get(name)
        if known is None:
            known = self._digests[name] = digest_of_file(name)
        return known

    def _same_around(self, record: Any, count: int) -> bool:
        return (
            len(record["files"]) == count
            and are_unchanged(record["folders"])
            and all(is_unchanged(path, stamp, digest) for path, stamp, digest in record["others"])
        )

    def _trust_stamps(self, record: Any) -> None:
        """Files that are the same by their stamps need not be read to know their digests."""
        known = [
            (os.path.abspath(key[0]), stamp, digest)  # noqa: PTH100 (hot)
            for key, stamp, digest, *_ in record["files"]
        ]
        for path, stamp, digest in [*known, *record["others"]]:
            if stamp is not None and stamp_of(path) == stamp:
                self._consulted.before_reading(path)
                self._consulted.file(path, digest)

    def _unpacked(self, index: int) -> FileResult | None:
        """A result with the text that its findings are located in; None if that has changed by now."""
        name = self._keys[index][0]
        _, _, digest, _, packed = self._old[name]
        result = unpack(packed, name)
        if not result.findings:
            return result
        try:
            data = read_file(self._found[index].path)
        except OSError:
            return None
        if digest_of(data) != digest:
            return None
        try:
            source = self._read_source(data, name, self._options[index])
        except Undecodable:  # that is the finding
            return result
        return replace(result, source=source)

    # --- what is ----------------------------------------------------------------------------------

    def keep(self, results: Sequence[tuple[FileResult, str]]) -> None:
        """Remember the results of all files, each with its basis, in their order; unless a file has
        changed meanwhile."""
        if self._consulted.torn:
            return
        entries = []
        for key, (result, basis) in zip(self._keys, results, strict=True):
            state = self._state(key[0])
            if state is None:
                return
            if result.error is None:
                entries.append([key, *state, basis, pack(result)])
        named = {os.path.abspath(key[0]) for key in self._keys}  # noqa: PTH100 (hot)
        consulted = self._consulted
        others = [
            [path, consulted.stamp(path), digest]
            for path, digest in consulted.files.items()
            if path not in named
        ]
        folders = [[path, sorted(names)] for path, names in consulted.folders.items()]
        record = {"files": entries, "others": others, "folders": folders}
        self._store.write(self._entry_name, json.dumps(record, separators=(",", ":")).encode())

    def _state(self, name: str) -> tuple[Stamp | None, str] | None:
        """The stamp of a file, if it can be relied on, and its digest; None if it has changed."""
        stamp = self._stamps[name]
        if stamp is None or stamp != stamp_of(name):
            return None
        read = self._consulted.files.get(os.path.abspath(name))  # noqa: PTH100 (hot)
        before = self._unsettled.get(name)
        digest = digest_of_file(name) if read is None or before is not None else read
        if (read or digest) != digest or (before or digest) != digest:
            return None
        return (stamp if before is None else None), digest


def name_of_program(paths: Iterable[str]) -> str:
    """What the program under some paths is called, whatever the options."""
    return _digest_of_text(repr((os.getcwd(), sorted(paths))))  # noqa: PTH109 (a str)


def _digest_of_text(text: str) -> str:
    return digest_of(text.encode("utf-8", "surrogatepass"))
