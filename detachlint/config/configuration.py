"""The settings of every file and directory of a run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from detachlint.config.errors import ConfigurationError
from detachlint.config.files import ConfigFile, find, read, shown_path
from detachlint.config.options import Options
from detachlint.config.settings import Settings, combine
from detachlint.config.values import Values
from detachlint.source.discovery import WalkRules

if TYPE_CHECKING:
    from detachlint.config.baseline import Baseline


class Configuration:
    """Finds the settings of files. Each directory is looked into once.

    The configuration file nearest to a file is in charge of it, alone: nothing is taken over from
    those further up. `overrides` go on top, the last of them has the last word. With a `file`, that
    one is in charge of everything, its globs relative to the current directory; `isolated` means
    that no file is read at all.
    """

    def __init__(
        self,
        overrides: Sequence[Values] = (),
        file: str | None = None,
        *,
        isolated: bool = False,
        without_baseline: bool = False,
    ) -> None:
        """Raises `ConfigurationError` for a `file` that cannot be used."""
        self._overrides = tuple(overrides)
        here = os.path.realpath(os.curdir)
        named = read(file, here, named=True) if file is not None and not isolated else None
        self._default = self._combined(named, here)
        self._searches = named is None and not isolated
        self._settings: dict[str, Settings] = {}
        self._options: dict[int, Options] = {}
        self._walk_rules: dict[Settings, WalkRules] = {}
        self._real_names: dict[str, str] = {}
        self._without_baseline = without_baseline
        self._baselines: dict[str, Baseline] = {}

    def of_directory(self, directory: str) -> Settings:
        """The settings of a directory (an absolute real path). Raises `ConfigurationError`."""
        if not self._searches:
            return self._default
        above: list[str] = []
        current = directory
        settings = self._settings.get(current)
        while settings is None:
            above.append(current)
            found = find(current)
            parent = os.path.dirname(current)  # noqa: PTH120 (hot, and a str)
            if found is not None:
                settings = self._combined(found, current)
            elif parent == current:
                settings = self._default
            else:
                current = parent
                settings = self._settings.get(current)
        self._settings.update(dict.fromkeys(above, settings))
        return settings

    def of_file(self, path: str | Path) -> Settings:
        """The settings of a file, which need not exist."""
        return self.of_directory(self._real_directory(os.path.dirname(path)))  # noqa: PTH120

    def options(self, path: str | Path) -> Options:
        """How to check a file."""
        settings = self.of_file(path)
        baseline = self._baseline(settings)
        if baseline is None and not settings.per_file_ignores:
            return self._shared_options(settings)
        real_path = self.real_path(path)
        options = settings.options(real_path)
        return replace(options, known=baseline.known(real_path)) if baseline else options

    def _shared_options(self, settings: Settings) -> Options:
        """How to check all files that are treated alike."""
        # By identity: settings take long to compare, and those of a directory are always the same.
        options = self._options.get(id(settings))
        if options is None:
            options = self._options[id(settings)] = settings.options("")
        return options

    def walk_rules(self, directory: str) -> WalkRules:
        """What a walk leaves out of a directory (an absolute real path)."""
        settings = self.of_directory(directory)
        rules = self._walk_rules.get(settings)
        if rules is None:
            rules = self._walk_rules[settings] = settings.walk_rules()
        return rules

    def forbids(self, path: str | Path) -> bool:
        """Whether a file is excluded even if the user names it (`force-exclude`)."""
        real_path = self.real_path(path)
        return self.walk_rules(os.path.dirname(real_path)).forbids(real_path)  # noqa: PTH120

    def real_path(self, path: str | Path) -> str:
        """The path of a file in its real directory; a link keeps its own name."""
        directory, name = os.path.split(path)
        return os.path.join(self._real_directory(directory), name)  # noqa: PTH118

    def baselines(self) -> list[Baseline]:
        """The baselines that were asked for so far, by name."""
        return [baseline for _, baseline in sorted(self._baselines.items())]

    def _baseline(self, settings: Settings) -> Baseline | None:
        named = settings.baseline
        if named is None or self._without_baseline:
            return None
        baseline = self._baselines.get(named.path)
        if baseline is None:
            # Imported late: few projects have one.
            from detachlint.config.baseline import read_baseline

            try:
                baseline = read_baseline(named.path, shown_path(named.path))
            except ConfigurationError as error:
                raise ConfigurationError(f"{named.said}: {error}") from error
            self._baselines[named.path] = baseline
        return baseline

    def _combined(self, found: ConfigFile | None, root: str) -> Settings:
        values = () if found is None else (found.values,)
        label = "" if found is None else found.label
        return combine((*values, *self._overrides), label, root)

    def _real_directory(self, directory: str) -> str:
        real = self._real_names.get(directory)
        if real is None:
            real = self._real_names[directory] = os.path.realpath(directory or os.curdir)
        return real
