"""The texts of files that findings and the steps of traces are located in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from detachlint.config.configuration import Configuration
from detachlint.config.errors import ConfigurationError
from detachlint.outcome.reading import read_source
from detachlint.rules.finding import Finding
from detachlint.source.discovery import read_file
from detachlint.source.text import SourceText, Undecodable


class TextsOfSteps(Mapping[str, SourceText]):
    """The `known` texts, and those of the other files that a step of these findings names, as far as
    they can be read. Each of those is read when somebody asks for it: many reports show no step."""

    def __init__(
        self,
        findings: Iterable[Finding],
        known: Mapping[str, SourceText],
        configuration: Configuration,
    ) -> None:
        self._configuration = configuration
        self._findings = tuple(findings)
        self._texts: dict[str, SourceText | None] = dict(known)

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(step.filename for finding in self._findings for step in finding.trace)

    def __getitem__(self, filename: str) -> SourceText:
        if filename not in self._texts:
            self._texts[filename] = self._text(filename) if filename in self._named else None
        text = self._texts[filename]
        if text is None:
            raise KeyError(filename)
        return text

    def __iter__(self) -> Iterator[str]:
        return (name for name in {*self._texts, *self._named} if self.get(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _text(self, filename: str) -> SourceText | None:
        try:
            options = self._configuration.options(filename)
            return read_source(read_file(Path(filename)), filename, options)
        except (OSError, ValueError, Undecodable, ConfigurationError):
            return None
