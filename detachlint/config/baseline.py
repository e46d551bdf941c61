"""The findings that a project has agreed to live with for now, kept in a file.

A finding is known by its file, its code and the text of its line without regard to spaces: lines may
move, and be indented anew. Of several findings that are alike, as many are known as there were when
the baseline was written, the first ones.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

from detachlint.config.errors import ConfigurationError
from detachlint.rules.finding import Finding
from detachlint.source.text import SourceText

FORMAT = "detachlint-baseline"
VERSION = 1


class Likeness(NamedTuple):
    """What findings of a file have in common that the baseline cannot tell apart."""

    code: str
    line: str


Known: TypeAlias = tuple[tuple[Likeness, int], ...]
"""How many findings of each likeness are known in one file, sorted."""


def likeness(finding: Finding, source: SourceText) -> Likeness:
    """What a baseline knows a finding by."""
    return Likeness(finding.code, " ".join(source.line(finding.span.line).split()))


def part(
    findings: Iterable[Finding], source: SourceText, known: Known
) -> tuple[list[Finding], list[Likeness]]:
    """The findings that are new, and the likenesses of those that are known."""
    left = Counter(dict(known))
    new: list[Finding] = []
    met: list[Likeness] = []
    for finding in findings:
        like = likeness(finding, source) if left else None
        if like is not None and left[like] > 0:
            left[like] -= 1
            met.append(like)
        else:
            new.append(finding)
    return new, met


@dataclass(frozen=True)
class Baseline:
    """What is known, by file. Files are named relative to `root`, an absolute real path."""

    label: str
    root: str
    files: Mapping[str, Known]

    def known(self, path: str) -> Known:
        """What is known in the file at a path (absolute and real)."""
        return self.files.get(relative(path, self.root), ())

    def stale(self, met: Mapping[str, Iterable[Likeness]]) -> Iterator[tuple[str, Likeness]]:
        """The entries that are no longer true: of files that are gone, and of those in `met` (by
        absolute path) whose findings it does not hold."""
        here = {relative(path, self.root): Counter(likes) for path, likes in met.items()}
        for name, known in sorted(self.files.items()):
            found = here.get(name)
            if found is None and Path(self.root, name).exists():
                continue
            for like, count in known:
                missing = count - (found or Counter())[like]
                yield from [(name, like)] * missing


def relative(path: str, root: str) -> str:
    """A path as baselines write it."""
    return os.path.relpath(path, root).replace(os.sep, "/")


def render(findings: Iterable[tuple[str, Likeness]], root: str) -> str:
    """The text of a baseline of these findings, given with the absolute paths of their files."""
    counts = Counter((relative(path, root), like) for path, like in findings)
    files: dict[str, list[dict[str, object]]] = {}
    for (name, like), count in sorted(counts.items()):
        entry = {"code": like.code, "line": like.line, "count": count}
        files.setdefault(name, []).append(entry)
    # Imported late, as below: few projects have a baseline.
    import json

    return json.dumps({FORMAT: VERSION, "files": files}, indent=1) + "\n"


def read_baseline(path: str, label: str) -> Baseline:
    """The baseline in a file. Raises `ConfigurationError`."""
    import json

    try:
        raw = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{label}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        words = " ".join(str(error).split())
        raise ConfigurationError(f"{label}: is no baseline: {words}") from error
    if not isinstance(raw, dict) or FORMAT not in raw:
        raise ConfigurationError(f"{label}: is no baseline of detachlint")
    if raw[FORMAT] != VERSION:
        raise ConfigurationError(f"{label}: is a baseline of another version of detachlint")
    try:
        files = {str(name): _known(entries) for name, entries in raw["files"].items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ConfigurationError(f"{label}: is damaged: write it anew") from error
    return Baseline(label, os.path.dirname(os.path.realpath(path)), files)  # noqa: PTH120


def _known(entries: Iterable[Mapping[str, object]]) -> Known:
    counts: Counter[Likeness] = Counter()
    for entry in entries:
        count = entry["count"]
        if not isinstance(count, int):
            raise TypeError("a count is no number")
        counts[Likeness(str(entry["code"]), str(entry["line"]))] += count
    return tuple(sorted(counts.items()))
