"""The results of a run, remembered until something changes that they depend on.

They depend on the files that were checked, on how to check each, and on what was consulted beside:
files that are imported, folders in which modules were looked for. If all that is as it was,
`Memory.recalled` gives all results of the last run; that takes a look at each file's times and no more.
Otherwise the result of a file holds as long as its content, its options and its *basis* are what they
were: the facts about it, which the program as a whole has to say.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from detachlint.cache.consulted import Consulted, are_unchanged, is_unchanged
from detachlint.cache.stamps import MISSING, Stamp, digest_of_file, is_settled, stamp_of
from detachlint.cache.store import Store, digest_of
from detachlint.config.options import Options
from detachlint.outcome.packing import Packed, pack, unpack
from detachlint.outcome.program import Change
from detachlint.outcome.result import FileResult
from detachlint.project.resources import Resources
from detachlint.source.discovery import FoundFile, read_file
from detachlint.source.paths import absolute_from_here
from detachlint.source.text import SourceText, Undecodable

if TYPE_CHECKING:
    from detachlint.project.islands import Islands

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
        self._old: dict[str, _Entry] = {}
        self._entries: list[_Entry | None] = [None] * len(self._keys)
        self._record: Any = None
        self._others: list[tuple[str, Stamp | None, str]] = []
        """What was consulted beside the files, with the stamps of today, if nothing around has changed."""
        self._same = False
        self._is_concerned: Callable[[str], bool] = lambda name: True

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
            record = marshal.loads(data)
            self._old = {entry[0][0]: entry for entry in record["files"]}
            self._entries = entries = [self._entry(key) for key in self._keys]
            self._record = record
            self._same = self._is_same_around(record)
            if None in entries or not self._same:
                return None
            results = [self._unpacked(index) for index in range(len(entries))]
            return None if None in results else [each for each in results if each is not None]
        except (ValueError, TypeError, LookupError, EOFError):
            self._old, self._record, self._others, self._same = {}, None, [], False
            self._entries = [None] * len(self._keys)
            return None

    def recall(self, index: int, basis: Callable[[str], str]) -> tuple[FileResult, str] | None:
        """The result of one file, and its basis; None if it has to be found out anew. `basis` gives the
        basis of today, given that of then."""
        entry = self._entries[index]
        if entry is None or not entry[3] or basis(entry[3]) != entry[3]:
            return None
        try:
            result = self._unpacked(index)
        except (ValueError, TypeError, LookupError):
            return None
        return None if result is None else (result, entry[3])

    def _entry(self, key: list[Any]) -> _Entry | None:
        """What is remembered of a file that is still the same, and checked the same way."""
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

    def _is_same_around(self, record: Any) -> bool:
        """Whether there are the same files, and nothing but what is in them can have changed."""
        if self._old.keys() != self._stamps.keys() or not are_unchanged(record["folders"]):
            return False
        for path, stamp, digest in record["others"]:
            now = stamp_of(path)
            if not is_unchanged(path, stamp, now, digest):
                return False
            self._others.append((path, now, digest))
        return True

    def change(self) -> Change | None:
        """What has changed since the last run; None if that is more than the content of files, or if
        nobody knows what hangs together."""
        if not self._same or self._record["islands"] is None:
            return None
        # Imported late: where nothing has changed, nobody asks.
        from detachlint.project.islands import Islands

        changed = [
            key[0]
            for key, entry in zip(self._keys, self._entries, strict=True)
            if entry is None or not entry[3]
        ]
        islands, dynamic, mention_tensors = self._record["islands"]
        before = Islands(tuple(map(frozenset, islands)), frozenset(dynamic), mention_tensors)
        return Change(frozenset(changed), before)

    def trust_stamps(self, names: Iterable[str]) -> None:
        """Files that are the same by their stamps need not be read to know their digests: those of
        these names, and what was consulted beside."""
        for name in names:
            entry, stamp = self._old.get(name), self._stamps[name]
            if entry is not None and stamp is not None and entry[1] == stamp:
                self._consulted.know(self._paths[name], stamp, entry[2])
        for path, stamp, digest in self._record["others"] if self._record is not None else ():
            if stamp is not None and stamp == stamp_of(path):
                self._consulted.know(path, stamp, digest)

    def stand_by(self, is_concerned: Callable[[str], bool]) -> None:
        """What is remembered stands, of all files but those that the change concerns."""
        self._is_concerned = is_concerned
        for path, stamp, digest in self._others:
            self._consulted.know(path, stamp, digest)
        self.trust_stamps(filter(is_concerned, self._stamps))
        for path, names in self._record["folders"]:
            self._consulted.folder(path, frozenset(names))

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

    def keep(self, results: Sequence[tuple[FileResult, str]], islands: Islands | None) -> None:
        """Remember the results of all files, each with its basis, in their order, and which files hang
        together; unless a file has changed meanwhile."""
        if self._consulted.torn:
            return
        entries: list[Any] = []
        for key, (result, basis) in zip(self._keys, results, strict=True):
            if self._stands(key[0]):
                entries.append(self._old[key[0]])
                continue
            state = self._state(key[0])
            if state is None:
                return
            if result.error is None:
                entries.append([key, *state, basis, pack(result)])
        named = set(self._paths.values())
        consulted = self._consulted
        others = [
            [path, consulted.stamp(path), digest]
            for path, digest in consulted.files.items()
            if path not in named
        ]
        folders = [[path, sorted(names)] for path, names in consulted.folders.items()]
        record: dict[str, Any] = {
            "files": entries,
            "others": others,
            "folders": folders,
            "islands": None,
        }
        if islands is not None:
            sets = [sorted(files) for files in islands.islands]
            record["islands"] = sets, sorted(islands.dynamic), islands.mention_tensors
        self._store.write(self._entry_name, marshal.dumps(record))

    def _stands(self, name: str) -> bool:
        """Whether the old entry of a file is as good as a new one."""
        if self._is_concerned(name):
            return False
        stamp = self._old[name][1]
        return stamp is not None and stamp == self._stamps[name]

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
