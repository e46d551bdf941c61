"""Reads the page of a rule: documentation whose examples are tests.

A page is Markdown. Its fenced `python` blocks are the examples, each a program of its own. A line
that ends in `# error: DTL101` (or `# error: DTL101 certain`, with the confidence) is one that the
rule reports; an example without such a line is one that it must not report at all. Where an example
is followed by a paragraph that starts with "Fixed:", the next block is what the fix makes of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from detachlint.rules.finding import Confidence

_FENCE = re.compile(r"(?P<fence>`{3,}|~{3,})\s*(?P<language>\w*)")
_MARK = re.compile(
    r"\s*# error: (?P<code>DTL\d{3})(?: (?P<confidence>certain|likely|possible))?\s*$"
)
_MARK_LIKE = re.compile(r"#\s*errors?\b", re.IGNORECASE)
_FIXED = "Fixed:"


class PageError(ValueError):
    """A page that is not written as pages are; the message names the line."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of an example that must be reported; `confidence` None means any shown one."""

    line: int
    code: str
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One example, without its marks. `page_line` is where the page shows its first line."""

    text: str
    page_line: int
    section: str
    marks: tuple[Mark, ...] = ()
    fixed: str | None = None

    def marked_lines(self, code: str) -> frozenset[int]:
        """The lines marked with that code."""
        return frozenset(mark.line for mark in self.marks if mark.code == code)


def parse_page(page: str) -> list[Example]:
    """The examples of a page, in order. PageError for a fence left open, a mark misspelt, a fix
    without an example before it, or a fixed block that has marks itself."""
    examples: list[Example] = []
    section, fix_follows = "", False
    lines = page.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if line.startswith("#"):
            section, fix_follows = line.lstrip("# "), False
        elif line.startswith(_FIXED):
            fix_follows = True
        fence = _FENCE.match(line)
        if fence is None:
            continue
        end = _closing(lines, number, fence["fence"])
        if fence["language"] == "python":
            example = _example(lines[number:end], number + 1, section)
            if fix_follows:
                examples[-1:] = [_with_fix(examples, example)]
            else:
                examples.append(example)
            fix_follows = False
        number = end + 1
    return examples


def _closing(lines: list[str], start: int, fence: str) -> int:
    for number in range(start, len(lines)):
        if lines[number].strip() == fence:
            return number
    raise PageError(f"the block that starts at line {start} is not closed")


def _example(lines: list[str], page_line: int, section: str) -> Example:
    marks: list[Mark] = []
    kept: list[str] = []
    for number, line in enumerate(lines, start=1):
        mark = _MARK.search(line)
        if mark is not None:
            confidence = mark["confidence"]
            marks.append(Mark(number, mark["code"], Confidence(confidence) if confidence else None))
            line = line[: mark.start()]
        elif _MARK_LIKE.search(line):
            raise PageError(f"line {page_line + number - 1} holds no proper mark: {line.strip()}")
        kept.append(line)
    return Example("\n".join(kept) + "\n", page_line, section, tuple(marks))


def _with_fix(examples: list[Example], fixed: Example) -> Example:
    if not examples or examples[-1].fixed is not None or not examples[-1].marks:
        raise PageError(f"line {fixed.page_line} shows the fix of nothing")
    if fixed.marks:
        raise PageError(f"line {fixed.page_line} shows a fix that has errors itself")
    return replace(examples[-1], fixed=fixed.text)
