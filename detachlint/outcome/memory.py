"""The results of a run, remembered until something changes that they depend on.

They depend on the files that were checked, on how to check each, and on what was consulted beside:
files that are imported, folders in which modules were looked for. `Memory.recalled` gives all results
of the last run if all that is as it was; that takes a look at each file's times and no more.
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
from detachlint.outcome.packing import pack, unpack
from detachlint.outcome.result import FileResult
from detachlint.source.discovery import FoundFile, read_file
from detachlint.source.text import SourceText, Undecodable

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
        self._found, self._options, self._read_source = files, options, read_source
        texts: dict[Options, str] = {each: repr(each) for each in set(options)}
        self._files = [
            (str(file.path), int(file.explicit), digest_of(texts[own].encode("utf-8", "replace")))
            for file, own in zip(files, options, strict=True)
        ]
        key = repr((os.getcwd(), sorted(paths), sorted({own for _, _, own in self._files})))  # noqa: PTH109
        self._name = f"run-{digest_of(key.encode('utf-8', 'replace'))}.json"
        self._store = store
        self._stamps = {name: stamp_of(name) for name, _, _ in self._files}
        self._unsettled = {
            name: digest_of_file(name)
            for name, stamp in self._stamps.items()
            if stamp is not None and not is_settled(stamp)
        }
        self.consulted = Consulted()

    def recalled(self) -> list[FileResult] | None:
        """The results of all files, in their order; None if any of them has to be found out anew."""
        data = self._store.read(self._name)
        if data is None:
            return None
        try:
            return self._recalled(json.loads(data))
        except (ValueError, TypeError, LookupError, OSError):
            return None

    def _recalled(self, record: Any) -> list[FileResult] | None:
        entries = record["files"]
        if len(entries) != len(self._files) or not self._same(record):
            return None
        results = []
        for index, (_, stamp, digest, packed) in enumerate(entries):
            name = self._files[index][0]
            if stamp is None or stamp != self._stamps[name]:
                now = self._unsettled.get(name) or digest_of_file(name)
                if now != digest or digest == MISSING:
                    return None
            result = unpack(packed, name)
            if result.findings:
                data = read_file(self._found[index].path)
                if digest_of(data) != digest:
                    return None
                result = self._with_source(result, data, self._options[index])
            results.append(result)
        return results

    def _with_source(self, result: FileResult, data: bytes, options: Options) -> FileResult:
        """The result with the text that its findings are located in."""
        try:
            return replace(result, source=self._read_source(data, result.filename, options))
        except Undecodable:  # that is the finding
            return result

    def _same(self, record: Any) -> bool:
        if any(
            list(file) != entry[0] for file, entry in zip(self._files, record["files"], strict=True)
        ):
            return False
        return are_unchanged(record["folders"]) and all(
            is_unchanged(path, stamp, digest) for path, stamp, digest in record["others"]
        )

    def keep(self, results: Sequence[FileResult]) -> None:
        """Remember the results of all files, in their order, unless a file has changed meanwhile or
        the tool could not do its work."""
        if any(result.error is not None for result in results):
            return
        entries = []
        for file, result in zip(self._files, results, strict=True):
            state = self._state(file[0])
            if state is None:
                return
            entries.append([list(file), *state, pack(result)])
        named = {os.path.abspath(name) for name, _, _ in self._files}  # noqa: PTH100
        consulted = self.consulted
        others = [
            [path, consulted.stamp(path), digest]
            for path, digest in consulted.files.items()
            if path not in named
        ]
        folders = [[path, sorted(names)] for path, names in consulted.folders.items()]
        record = {"files": entries, "others": others, "folders": folders}
        self._store.write(self._name, json.dumps(record, separators=(",", ":")).encode())

    def _state(self, name: str) -> tuple[Stamp | None, str] | None:
        """The stamp of a file, if it can be relied on, and its digest; None if it has changed."""
        stamp = self._stamps[name]
        digest = digest_of_file(name)
        before = self._unsettled.get(name)
        if stamp is None or stamp != stamp_of(name) or (before is not None and before != digest):
            return None
        return (stamp if before is None else None), digest
