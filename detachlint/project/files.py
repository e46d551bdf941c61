"""The texts of a project's files, and what they say by themselves, read when it is needed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from detachlint.cache.consulted import Consulted, listing
from detachlint.cache.stamps import MISSING
from detachlint.cache.store import digest_of
from detachlint.interpret.relevance import Mentions, mentions_in
from detachlint.ir.nodes import Code
from detachlint.ir.walk import all_codes
from detachlint.project.kept import Kept
from detachlint.project.lowered import LoweredTexts
from detachlint.project.outline import Outline, outline_of
from detachlint.source.discovery import read_file
from detachlint.source.paths import absolute_from_here
from detachlint.source.text import Undecodable, decode


class ProjectFiles:
    """Files by the names they are shown with.

    `named` are the files that were asked for; others come in as imports lead to them, and are named
    relative to the current folder if they are inside. `notebooks` are those of the named ones whose
    cells are the program. `texts` are programs that differ from what is on disk (an editor's buffer, a
    fix that is not written yet). What is read is noted in `consulted`; `kept` is what is known of texts
    already, `codes` may be shared with other programs.
    """

    def __init__(
        self,
        named: Iterable[str],
        texts: Mapping[str, str] | None = None,
        consulted: Consulted | None = None,
        kept: Kept | None = None,
        codes: LoweredTexts | None = None,
        notebooks: Iterable[str] = (),
    ) -> None:
        self.named = sorted(set(named))
        self._named = frozenset(self.named)
        self.notebooks = frozenset(notebooks)
        self._paths: dict[str, str] = {}
        self._absolute = absolute_from_here()
        self._shown = {self.path(name): name for name in self.named}
        self._texts = dict(texts or {})
        self._consulted = Consulted() if consulted is None else consulted
        self._kept = Kept() if kept is None else kept
        self.codes = LoweredTexts() if codes is None else codes
        self._outlines: dict[str, Outline | None] = {}
        self._mentions: dict[str, Mentions | None] = {}
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
        path = self._paths.get(name)
        if path is None:
            path = self._paths[name] = self._absolute(name)
        return path

    def may_be_run(self, name: str) -> bool:
        """Whether a file holds a program, as those that were asked for do; folders and compiled modules,
        which imports lead to, do not."""
        return name.endswith(".py") or name in self._named

    def entries(self, folder: str) -> frozenset[str]:
        """All that is in a folder (an absolute path) and may matter to an import; nothing, if it cannot
        be read."""
        found = self._listing(folder)
        self._consulted.listing(folder, found)
        return found

    def holds(self, folder: str, name: str) -> bool:
        """Whether there is something of that name in a folder (an absolute path), which may matter to an
        import."""
        held = name in self._listing(folder)
        self._consulted.name(folder, name, held)
        return held

    def _listing(self, folder: str) -> frozenset[str]:
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = listing(folder)
        return found

    def digest(self, name: str) -> str:
        """What tells the content of a file from others; `MISSING` if it cannot be read."""
        changed = self._texts.get(name)
        if changed is not None:
            return digest_of(changed.encode("utf-8", "surrogatepass"))
        path = self.path(name)
        if path not in self._consulted.files:
            self._read(name)
        return self._digest_of_program(name, self._consulted.files[path])

    def digest_in(self, name: str, data: bytes) -> str:
        """What `digest` is where a file has this content."""
        return self._digest_of_program(name, digest_of(data))

    def _digest_of_program(self, name: str, digest: str) -> str:
        """The same bytes are one program in a notebook and another in a Python file."""
        if name not in self.notebooks or digest == MISSING:
            return digest
        return digest_of(f"notebook {digest}".encode())

    def text(self, name: str) -> str | None:
        """The text of a file; None if it cannot be read as one. It is read anew each time."""
        if name in self._texts:
            return self._texts[name]
        data = self._read(name)
        try:
            return None if data is None else self.program_in(name, data)
        except Undecodable:
            return None

    def program_in(self, name: str, data: bytes) -> str:
        """The text of the program in a file with this content. Raises `Undecodable`."""
        if name not in self.notebooks:
            return decode(data, name).text
        # Imported late: few projects have notebooks.
        from detachlint.syntax.cells import read_notebook

        return read_notebook(data, name).text

    def _read(self, name: str) -> bytes | None:
        path = self.path(name)
        self._consulted.before_reading(path)
        try:
            data = read_file(Path(name))
        except (OSError, ValueError):
            data = None
        self._consulted.file(path, MISSING if data is None else digest_of(data))
        return data

    def outline(self, name: str) -> Outline | None:
        """What a file says without being parsed; None if it cannot be read as a text."""
        if name not in self._outlines:
            digest = self.digest(name)
            self._outlines[name] = self.codes.outline(
                digest, lambda: self._kept.outline(digest, lambda: self._outline(name))
            )
        return self._outlines[name]

    def _outline(self, name: str) -> Outline | None:
        text = self.text(name)
        return None if text is None else outline_of(text)

    def mentions(self, name: str) -> Mentions | None:
        """What the code of a file mentions; None if Python cannot read it."""
        if name not in self._mentions:
            digest = self.digest(name)
            self._mentions[name] = self._kept.mentions(digest, lambda: self._mentions_of(name))
        return self._mentions[name]

    def forget_mentions(self) -> None:
        """Nobody will ask for mentions any more: those of a large program take much memory."""
        self._mentions.clear()

    def _mentions_of(self, name: str) -> Mentions | None:
        code = self.lowered(name)
        return None if code is None else mentions_in(tuple(all_codes(code)))

    def lowered(self, name: str) -> Code | None:
        """A file as code whose spans name it; None if Python cannot read it."""
        return self.codes.code(name, self.digest(name), lambda: self.text(name))
