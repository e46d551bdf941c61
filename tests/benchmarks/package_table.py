"""What the package benchmark prints: a table, and under it what to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

CONFIDENCES = ("certain", "likely", "possible")

HEADINGS = (
    "package", "version", "files", "lines", "to parse", "lines", "scan s", "check s", "ast s",
    "libcst s", "/ libcst", "MB", "crossings", "unvisited", *CONFIDENCES, "errors",
)  # fmt: skip

Key = tuple[str, str, int, str]


def row(name: str, version: str, measured: dict[str, Any]) -> tuple[str, ...]:
    """One line of the table."""
    seconds = measured["seconds"]
    counts = Counter(finding["confidence"] for finding in measured["findings"])
    ratio = seconds["check"] / seconds["libcst"] if seconds["libcst"] else 0.0
    return (
        name,
        version,
        str(measured.get("files", 0)),
        str(measured.get("lines", 0)),
        str(measured.get("suspect files", 0)),
        str(measured.get("suspect lines", 0)),
        *(f"{seconds[what]:.2f}" for what in ("scan", "check", "ast", "libcst")),
        f"{ratio:.1f}",
        f"{measured['peak memory'] / 2**20:.0f}",
        str(measured.get("crossings", 0)),
        str(len(measured["unvisited"])),
        *(str(counts[confidence]) for confidence in CONFIDENCES),
        str(len(measured["errors"])),
    )


def render_table(rows: Sequence[tuple[str, ...]]) -> str:
    """The rows under their headings, in columns as wide as they need to be."""
    everything = [HEADINGS, *rows]
    widths = [max(len(line[i]) for line in everything) for i in range(len(HEADINGS))]
    return "\n".join(_columns(line, widths) for line in everything)


def _columns(line: tuple[str, ...], widths: Sequence[int]) -> str:
    first, *rest = line
    cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
    return "  ".join([first.ljust(widths[0]), *cells])


def render_details(name: str, measured: dict[str, Any], wanted: Sequence[str]) -> str:
    """Errors, the slowest files, what was given up or is not modelled, and the wanted findings."""
    lines = [f"== {name}"]
    lines += [f"  error: {e['file']}: {e['error']}\n{e['traceback']}" for e in measured["errors"]]
    slow = [f"{file} {seconds:.1f} s" for seconds, file in measured["slowest"][:5] if seconds >= 1]
    lines += [f"  slowest: {', '.join(slow)}"] if slow else []
    lines += [f"  unvisited: {', '.join(measured['unvisited'])}"] if measured["unvisited"] else []
    for what in ("gave up", "unmodelled"):
        top = [f"{reason} ({count})" for reason, count in list(measured[what].items())[:8]]
        lines += [f"  {what}: {', '.join(top)}"] if top else []
    for finding in measured["findings"]:
        if finding["confidence"] in wanted:
            lines.append(
                f"  {finding['confidence']}: {finding['file']}:{finding['line']} {finding['message']}"
            )
            lines += [f"      {step}" for step in finding["trace"]]
    return "\n".join(lines)


def changes(before: dict[str, Any], after: dict[str, Any]) -> str:
    """The findings that one run has and the other has not, of the packages that both checked."""
    old, new = _keys(before, after), _keys(after, before)
    gone = [f"- {_shown(key)}" for key in sorted(old - new)]
    come = [f"+ {_shown(key)}" for key in sorted(new - old)]
    return "\n".join([*gone, *come]) or "no finding has changed"


def _keys(results: dict[str, Any], among: dict[str, Any]) -> set[Key]:
    return {
        (package, finding["file"], finding["line"], finding["confidence"])
        for package, measured in results.items()
        if package in among
        for finding in measured["findings"]
    }


def _shown(key: Key) -> str:
    package, file, line, confidence = key
    return f"{package} {file}:{line} {confidence}"
