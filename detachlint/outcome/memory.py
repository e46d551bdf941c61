"""The results of a run, remembered until something changes that they depend on.

They depend on the files that were checked, on how to check each, and on what was consulted beside:
files that are imported, folders in which modules were looked for. If all that is as it was,
`Memory.recalled` gives all results of the last run; that takes a look at each file's times and no more.
Otherwise the result of a file holds as long as its content, its options and its *basis* are what they
were: the facts about it, which the program as a whole has to say.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from detachlint.cache.consulted import Consulted, is_unchanged, still_hold, still_list
from detachlint.cache.stamps import MISSING, Stamp, digest_of_file, is_settled, stamp_of
from detachlint.cache.store import Store, digest_of
from detachlint.config.options import Options
from detachlint.outcome.packing import pack, unpack
from detachlint.outcome.program import Change
from detachlint.outcome.record import (
    Entry,
    Other,
    Record,
    pack_islands,
    read_record,
    unpack_islands,
)
from detachlint.outcome.result import FileResult
from detachlint.project.resources import Resources
from detachlint.source.discovery import FoundFile, read_file
from detachlint.source.paths import absolute_from_here
from detachlint.source.text import SourceText, Undecodable

if TYPE_CHECKING:
    from detachlint.project.islands import Islands

ReadSource: TypeAlias = "Callable[[bytes, str, Options], SourceText]"
"""How a file's text is read. May raise `Undecodable`."""


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
        # By identity: most files share their options, which take long to compare.
        different = {id(each): each for each in options}
        texts = {which: _digest_of_text(repr(each)) for which, each in different.items()}
        self._keys: list[list[Any]] = [
            [file.name, int(file.explicit), texts[id(own)]]
            for file, own in zip(files, options, strict=True)
        ]
        self._name = name_of_program(paths)
        self._entry_name = f"run-{_digest_of_text(repr((self._name, sorted(set(texts.values())))))}"
        self._stamps = {name: stamp_of(name) for name, *_ in self._keys}
        absolute = absolute_from_here()
        self._paths = {name: absolute(name) for name in self._stamps}
        self._unsettled = {
            name: digest_of_file(name)
            for name, stamp in self._stamps.items()
            if stamp is not None and not is_settled(stamp)
        }
        self._digests = dict(self._unsettled)
        self._consulted = Consulted()
        self._last: Record | None = None
        self._entries: list[Entry | None] = [None] * len(self._keys)
        """Of each file, if it is still the same, and checked the same way."""
        self._around: list[Other] | None = None
        """What was consulted beside the files, with the stamps of today; None if that has changed, too."""
        self._is_concerned: Callable[[str], bool] = lambda name: True

    def resources(self, jobs: int) -> Resources:
        """What the analysis of the files may use: what it reads is noted here."""
        return Resources(self._consulted, self._store, self._name, jobs)

    # --- what was ---------------------------------------------------------------------------------

    def recalled(self) -> list[FileResult] | None:
        """The results of all files, in their order; None if any of them may have changed."""
        last = self._last = read_record(self._store.read(self._entry_name))
        if last is None:
            return None
        self._entries = entries = [self._entry(last, key) for key in self._keys]
        self._around = self._same_around(last)
        if None in entries or self._around is None:
            return None
        results = [self._unpacked(index) for index in range(len(entries))]
        return None if None in results else [each for each in results if each is not None]

    def recall(self, index: int, basis: Callable[[str], str]) -> tuple[FileResult, str] | None:
        """The result of one file, and its basis; None if it has to be found out anew. `basis` gives the
        basis of today, given that of then."""
        entry = self._entries[index]
        if entry is None or not entry.basis or basis(entry.basis) != entry.basis:
            return None
        result = self._unpacked(index)
        return None if result is None else (result, entry.basis)

    def _entry(self, last: Record, key: list[Any]) -> Entry | None:
        """What is remembered of a file that is still the same, and checked the same way."""
        entry = last.files.get(key[0])
        if entry is None or entry.key != key:
            return None
        if entry.stamp is not None and entry.stamp == self._stamps[key[0]]:
            return entry
        return entry if self._digest(key[0]) == entry.digest != MISSING else None

    def _digest(self, name: str) -> str:
        """The digest of a file as it was at first sight."""
        known = self._digests.get(name)
        if known is None:
            known = self._digests[name] = digest_of_file(name)
        return known

    def _same_around(self, last: Record) -> list[Other] | None:
        """What was consulted beside the files, with the stamps of today; None if there are other files, or
        if more can have changed than what is in them."""
        if last.files.keys() != self._stamps.keys():
            return None
        if not (still_list(last.listings) and still_hold(last.sought)):
            return None
        around: list[Other] = []
        for path, stamp, digest in last.others:
            now = stamp_of(path)
            if not is_unchanged(path, stamp, now, digest):
                return None
            around.append(Other(path, now, digest))
        return around

    def change(self) -> Change | None:
        """What has changed since the last run; None if that is more than the content of files, or if
        nobody knows what hangs together."""
        if self._around is None or self._last is None or self._last.islands is None:
            return None
        changed = [
            key[0]
            for key, entry in zip(self._keys, self._entries, strict=True)
            if entry is None or not entry.basis
        ]
        return Change(frozenset(changed), unpack_islands(self._last.islands))

    def trust_stamps(self, names: Iterable[str]) -> None:
        """Files that are the same by their stamps need not be read to know their digests: those of
        these names, and what was consulted beside."""
        if self._last is None:
            return
        for name in names:
            entry, stamp = self._last.files.get(name), self._stamps[name]
            if entry is not None and stamp is not None and entry.stamp == stamp:
                self._consulted.know(self._paths[name], stamp, entry.digest)
        for path, stamp, digest in self._last.others:
            if stamp is not None and stamp == stamp_of(path):
                self._consulted.know(path, stamp, digest)

    def stand_by(self, is_concerned: Callable[[str], bool]) -> None:
        """What is remembered stands, of all files but those that a change concerns; so what was consulted
        beside, for any of them, is remembered as well."""
        assert self._last is not None and self._around is not None
        self._is_concerned = is_concerned
        for path, stamp, digest in self._around:
            self._consulted.know(path, stamp, digest)
        self.trust_stamps(filter(is_concerned, self._stamps))
        for folder, names in self._last.listings:
            self._consulted.listing(folder, names)
        for folder, held, missing in self._last.sought:
            for name in held:
                self._consulted.name(folder, name, held=True)
            for name in missing:
                self._consulted.name(folder, name, held=False)

    def _unpacked(self, index: int) -> FileResult | None:
        """A result with the text that its findings are located in; None if that has changed by now."""
        entry, name = self._entries[index], self._keys[index][0]
        assert entry is not None
        try:
            result = unpack(entry.result, name)
        except (ValueError, TypeError, LookupError):  # it is damaged
            return None
        if not result.findings:
            return result
        try:
            data = read_file(self._found[index].path)
        except OSError:
            return None
        if digest_of(data) != entry.digest:
            return None
        try:
            source = self._read_source(data, name, self._options[index])
        except Undecodable:  # that is the finding
            return result
        return replace(result, source=source)

    # --- what is ----------------------------------------------------------------------------------

    def keep(self, results: Sequence[tuple[FileResult, str]], islands: Islands | None) -> None:
        """Remember the results of all files, each with its basis, in their order, and which files hang
        together; unless a file has changed meanwhile."""
        if self._consulted.torn:
            return
        entries: dict[str, Entry] = {}
        for index, (key, (result, basis)) in enumerate(zip(self._keys, results, strict=True)):
            entry = self._standing(index)
            if entry is None:
                state = self._state(key[0])
                if state is None:
                    return
                if result.error is not None:
                    continue
                entry = Entry(key, *state, basis, pack(result))
            entries[key[0]] = entry
        named = set(self._paths.values())
        others = [
            Other(path, self._consulted.stamp(path), digest)
            for path, digest in self._consulted.files.items()
            if path not in named
        ]
        packed = pack_islands(islands) if islands is not None else None
        listings = [*self._consulted.listings.items()]
        record = Record(entries, others, listings, self._consulted.sought(), packed)
        self._store.write(self._entry_name, record.packed())

    def _standing(self, index: int) -> Entry | None:
        """The old entry of a file, if it is as good as a new one."""
        entry, name = self._entries[index], self._keys[index][0]
        if entry is None or entry.stamp is None or self._is_concerned(name):
            return None
        return entry if entry.stamp == self._stamps[name] else None

    def _state(self, name: str) -> tuple[Stamp | None, str] | None:
        """The stamp of a file, if it can be relied on, and its digest; None if it has changed."""
        stamp = self._stamps[name]
        if stamp is None or stamp != stamp_of(name):
            return None
        read = self._consulted.files.get(self._paths[name])
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
