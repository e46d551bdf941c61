"""The texts of a project's files, read when they are needed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from detachlint.cache.consulted import Consulted, listing
from detachlint.ir.nodes import Code
from detachlint.lower import lower_module
from detachlint.source.discovery import read_file
from detachlint.source.text import Undecodable, decode
from detachlint.syntax.parse import Unparsable, parse_module


class ProjectFiles:
    """Files by the names they are shown with.

    `named` are the files that were asked for; others come in as imports lead to them, and are named
    relative to the current folder if they are inside. `texts` are contents that differ from what is
    on disk (an editor's buffer, a fix that is not written yet). What is read is noted in `consulted`.
    """

    def __init__(
        self,
        named: Iterable[str],
        texts: Mapping[str, str] | None = None,
        consulted: Consulted | None = None,
    ) -> None:
        self.named = sorted(set(named))
        self._shown = {os.path.abspath(name): name for name in self.named}  # noqa: PTH100 (hot)
        self._texts: dict[str, str | None] = dict(texts or {})
        self._consulted = Consulted() if consulted is None else consulted
        self._folders: dict[str, frozenset[str]] = {}
        self._here = os.getcwd() + os.sep  # noqa: PTH109 (a str)

    def shown(self, path: str) -> str:
        """The name that an absolute path is shown with."""
        name = self._shown.get(path)
        if name is None:
            name = self._shown[path] = path.removeprefix(self._here)
        return name

    def path(self, name: str) -> str:
        """The absolute path of a file, given its name."""
        return os.path.abspath(name)  # noqa: PTH100 (hot, and a str)

    def entries(self, folder: str) -> frozenset[str]:
        """What is in a folder (an absolute path) that may matter to an import; nothing, if it cannot
        be read."""
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = listing(folder)
            self._consulted.folder(folder, found)
        return found

    def text(self, name: str) -> str | None:
        """The text of a file; None if it cannot be read as one."""
        if name not in self._texts:
            self._texts[name] = self._read(name)
        return self._texts[name]

    def _read(self, name: str) -> str | None:
        path = self.path(name)
        self._consulted.before_reading(path)
        try:
            data = read_file(Path(name))
        except OSError:
            self._consulted.file(path, None)
            return None
        self._consulted.file(path, data)
        try:
            return decode(data, name).text
        except Undecodable:
            return None

    def lowered(self, name: str) -> Code | None:
        """A file as code whose spans name it; None if Python cannot read it."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return lower_module(parse_module(text, name), name, name)
        except (Unparsable, RecursionError):
            return None
