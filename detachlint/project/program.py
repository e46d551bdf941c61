"""A project as the interpreter sees it, and as the search for callers does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from detachlint.interpret.facts import Bound
from detachlint.interpret.relevance import Mentions
from detachlint.ir.nodes import Code
from detachlint.project.files import ProjectFiles
from detachlint.project.followed import NOTHING_FOLLOWED, Followed
from detachlint.project.links import both_ways, reachable
from detachlint.project.outline import EVERY_MODULE, ImportLine, Outline
from detachlint.project.resolve import INIT, Resolver
from detachlint.source.span import Span

ALL = (("*", "*"),)
"""The names that `from module import *` imports."""

MOST_MODULES = 200
"""Files that one analysis reads beside those it is about; further ones are unknown to it."""


class Project:
    """Implements `Program` on files.

    `gave_up` counts what is out of sight because it would be too much, `unreadable` are the files whose
    code cannot be had, and why. `names` are the named files that anybody asks about: those `within` the
    files that it is confined to, if any.
    """

    def __init__(self, files: ProjectFiles, followed: Followed = NOTHING_FOLLOWED) -> None:
        self.files = files
        self.gave_up: Counter[Bound] = Counter()
        self.unreadable: dict[str, str] = {}
        self.followed = followed
        self.names = files.named
        self.within: frozenset[str] | None = None
        self._resolver = Resolver(files, followed)
        self._imports: dict[str, tuple[ImportLine, ...]] = {}
        self._needs: dict[tuple[str, bool], tuple[str, ...]] = {}
        self._acts: dict[str, bool] = {}
        self._loaded: set[str] = set()

    # --- what the interpreter asks ---------------------------------------------------------------

    def find(self, importer: str, level: int, module: str) -> str | None:
        """The file of a module, as an import statement in `importer` means it."""
        return self._resolver.find(importer, level, module)

    def submodule(self, package: str, name: str) -> str | None:
        """The file of a module in a package."""
        return self._resolver.submodule(package, name)

    def modules_in(self, package: str) -> Mapping[str, str]:
        """The files of the modules in a package, by their names."""
        return self._resolver.modules_in(package)

    def code(self, file: str) -> Code | None:
        """A module, ready to run; None for a folder, a file Python cannot read, and one too many."""
        if not self.files.may_be_run(file):
            return None
        if file not in self._loaded and len(self._loaded) >= MOST_MODULES:
            self.give_up("too many modules", file)
            return None
        self._loaded.add(file)
        return self.lowered(file)

    def lowered(self, file: str) -> Code | None:
        """A file as code; None if it cannot be had, for whatever reason, which is noted."""
        try:
            code = self.files.lowered(file)
        except Exception as error:
            self.unreadable[file] = f"internal error: {type(error).__name__}: {error}"
            return None
        if code is None:
            self.unreadable[file] = "cannot be read"
        return code

    def give_up(self, reason: str, file: str) -> None:
        """Count that a file is left out of an analysis."""
        self.gave_up[Bound(reason, Span(1, 0, 1, 0, file))] += 1

    def mentions(self, file: str) -> Mentions | None:
        """What the code of a file mentions; None if Python cannot read it."""
        return self.files.mentions(file)

    def acts_on_import(self, file: str) -> bool:
        """Whether importing a file (and what it imports) may change objects of other files."""
        known = self._acts.get(file)
        if known is None:
            known = self._search_for_deeds(file)
        return known

    def is_imported(self, file: str) -> bool:
        """Whether any other of the named files imports a file."""
        if self.is_about(file):
            return file in self._imported
        return any(file in self.needs(name) for name in self.files.named)

    def is_out_of_sight(self, importer: str, module: str) -> bool:
        """No module is: those that are needed are looked at."""
        return False

    @cached_property
    def _imported(self) -> frozenset[str]:
        return frozenset(file for name in self.names for file in self.needs(name))

    def confine(self, files: frozenset[str]) -> None:
        """Look at no more than these files, which hang together with no other one (`islands`). Nothing
        may have been asked but what they import."""
        assert not {"_imported", "_around", "dynamic"} & self.__dict__.keys()
        self.names = [name for name in self.files.named if name in files]
        self.within = files

    def is_about(self, file: str) -> bool:
        """Whether a file is none of those that are left out (`confine`)."""
        return self.within is None or file in self.within

    def begin(self) -> None:
        """A new analysis starts: its modules are counted afresh."""
        self._loaded.clear()

    # --- what imports what -----------------------------------------------------------------------

    def imports(self, file: str) -> tuple[ImportLine, ...]:
        """The import statements of a file; where a program imports by name, also what texts name."""
        found = self._imports.get(file)
        if found is None:
            outline = self._outline(file)
            found = outline.imports if outline is not None else ()
            if outline is not None and self.imports_by_name:
                found = (*found, *outline.imports_by_name)
            self._imports[file] = found
        return found

    def _outline(self, file: str) -> Outline | None:
        return self.files.outline(file) if self.files.may_be_run(file) else None

    @cached_property
    def imports_by_name(self) -> bool:
        """Whether any of the named files imports modules by name."""
        return bool(self.dynamic)

    def assume_imports_by_name(self, value: bool) -> None:
        """Whether any of the named files imports modules by name is known; no need to look at all."""
        self.imports_by_name = value

    @cached_property
    def dynamic(self) -> frozenset[str]:
        """The named files that import modules by name."""
        return self.dynamic_among(self.names)

    def dynamic_among(self, names: Iterable[str]) -> frozenset[str]:
        """Those of some files that import modules by name."""
        outlines = {name: self.files.outline(name) for name in names}
        return frozenset(
            name for name, each in outlines.items() if each is not None and each.imports_dynamically
        )

    def needs(self, file: str, *, inner: bool = True) -> tuple[str, ...]:
        """The files that a file imports, directly; without `inner`, when it is imported itself."""
        key = (file, inner)
        found = self._needs.get(key)
        if found is None:
            needed: dict[str, None] = {}
            for line in self.imports(file):
                if inner or not line.inner:
                    needed.update(dict.fromkeys(self._meant_by(file, line)))
            needed.pop(file, None)
            found = self._needs[key] = tuple(needed)
        return found

    def _meant_by(self, importer: str, line: ImportLine) -> list[str]:
        module = self.find(importer, line.level, line.module)
        if module is None:
            return []
        parts = line.module.split(".")
        around = [
            self.find(importer, line.level, ".".join(parts[:count]))
            for count in range(1, len(parts))
        ]
        inner = [self.submodule(module, name) for name, _ in line.names or ()]
        if line.names == ((EVERY_MODULE, ""),):
            inner = [*self.modules_in(module).values()]
        return [file for file in (*around, module, *inner) if file is not None]

    def _search_for_deeds(self, file: str) -> bool:
        """Depth first over imports; a file acts if it does so itself, or imports one that acts."""
        seen: dict[str, None] = {file: None}
        pending = [file]
        while pending:
            current = pending.pop()
            known = self._acts.get(current)
            if known or (known is None and self._acts_itself(current)):
                self._acts[current] = self._acts[file] = True
                return True
            if known is None:
                fresh = [n for n in self.needs(current, inner=False) if n not in seen]
                seen.update(dict.fromkeys(fresh))
                pending += fresh
        self._acts.update(dict.fromkeys(seen, False))
        return False

    def _acts_itself(self, file: str) -> bool:
        outline = self._outline(file)
        if outline is None:
            return False
        if outline.deeds.switches:
            return True
        owners = self._owners_of_names(file)
        if any(name in owners for name in outline.deeds.called):
            return True
        for name in outline.deeds.derived_from:
            owner = self.files.outline(owners[name]) if name in owners else None
            if owner is not None and owner.has_subclass_hooks:
                return True
        return False

    def _owners_of_names(self, file: str) -> dict[str, str]:
        """The names that a file imports from others of the program, and the files they come from."""
        owners: dict[str, str] = {}
        for line in self.imports(file):
            module = self.find(file, line.level, line.module)
            if module is None or not module.endswith(".py"):
                continue
            if line.names is None:
                owners[line.called] = module
            else:
                owners.update({called: module for _, called in line.names})
        return owners

    def around(self, name: str) -> frozenset[str]:
        """The named files that hang together with one of them by imports, in either direction."""
        return frozenset(reachable([name], self._around).intersection(self.names))

    @cached_property
    def _around(self) -> dict[str, set[str]]:
        """Which files are linked with which, of those that the named ones lead to."""
        return both_ways(self.links_from(self.names))

    def links_from(self, files: Iterable[str]) -> dict[str, Iterable[str]]:
        """What these files import, and what those do, and so on."""
        links: dict[str, Iterable[str]] = {}
        pending = list(files)
        while pending:
            file = pending.pop()
            if file not in links:
                links[file] = needed = self.needs(file)
                pending += needed
        return links

    def passes_on(self, file: str) -> bool:
        """Whether a file is there to pass on what others define, or does so without naming it."""
        return file.endswith(INIT) or any(line.names == ALL for line in self.imports(file))
