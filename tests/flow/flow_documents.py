"""The programs of the flow documents and what they expect.

A flow document is Markdown: prose about one topic, and `python` blocks that are complete programs.
Lines of a program carry markers:

- ``reveal_grad(x)  # revealed: YES`` (or ``NO``): what is believed of `x` there, over all seen
  calls. ``MAYBE`` where unseen callers, unseen arguments or data decide.
- ``# error: DTL101``, optionally ``certain``, ``likely`` or ``possible``: a crossing that must be
  reported under that code with that confidence (without one: likely or surer). A crossing without a
  marker must not be reported as likely or surer.

- ``PLOT = False  # executed: True``: it is run as if that value stood there, the last of its line, since the
  findings are about that.

A block opened with ``python unexecuted`` holds functions whose callers are not there to be run, one
with ``python accelerated`` is run where PyTorch finds a GPU.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DIRECTORY = Path(__file__).parent

_OPENING = re.compile(r"```python(?: (?P<place>unexecuted|accelerated))?\s*$")
_REVEAL = re.compile(r"# revealed: (YES|NO|MAYBE)$")
_ERROR = re.compile(r"# error: (?P<code>DTL1\d\d)(?: (?P<sure>certain|likely|possible))?$")
_EXECUTED = re.compile(r"""(?:\w+|"\w*")([,:})]*)  # executed: (.+)$""", re.MULTILINE)
_LOOKS_LIKE_MARKER = re.compile(r"#\s*(error|reveal)|reveal_grad\(")


@dataclass(frozen=True)
class Program:
    """One block. Markers are keyed by line (from 1, inside the block)."""

    name: str
    text: str
    place: str
    """Where it is run: "" is anywhere, else the word of its block's opening."""
    reveals: dict[int, str]
    errors: dict[int, str]
    """The confidence asked for; "" where any from likely up will do."""
    codes: dict[int, str]

    @property
    def executed(self) -> str:
        """The text as it is run."""
        return _EXECUTED.sub(r"\2\1", self.text)

    def numbered(self) -> str:
        """The text as a failing test shows it."""
        lines = enumerate(self.text.splitlines(), start=1)
        return "\n".join(f"{number:3d}  {line}" for number, line in lines)


class MalformedDocument(Exception):
    """A block that is not closed, or a marker that is not of the forms above."""


def read_document(path: Path) -> list[Program]:
    """The programs of a document in order, named `stem:line` after the line they open at."""
    programs: list[Program] = []
    block: list[str] | None = None
    opened, place = 0, ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if block is None:
            opening = _OPENING.match(line)
            if opening:
                block, opened, place = [], number, opening["place"] or ""
            elif line.startswith("```"):
                raise MalformedDocument(f"{path.name}:{number}: not a python block: {line}")
        elif line.rstrip() == "```":
            text = "\n".join(block) + "\n"
            programs.append(read_program(f"{path.stem}:{opened}", text, place))
            block = None
        else:
            block.append(line)
    if block is not None:
        raise MalformedDocument(f"{path.name}:{opened}: the block is not closed")
    return programs


def read_program(name: str, text: str, place: str = "") -> Program:
    """A program with its markers."""
    reveals: dict[int, str] = {}
    errors: dict[int, str] = {}
    codes: dict[int, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        reveal, error = _REVEAL.search(line), _ERROR.search(line)
        if reveal:
            reveals[number] = reveal[1]
        elif error:
            errors[number], codes[number] = error["sure"] or "", error["code"]
        if bool(reveal) != ("reveal_grad(" in line) or (
            _LOOKS_LIKE_MARKER.search(line) and not reveal and not error
        ):
            raise MalformedDocument(f"{name}, line {number}: not a marker: {line.strip()}")
    return Program(name, text, place, reveals, errors, codes)


def all_programs() -> list[Program]:
    """The programs of every document beside this module, in order of file name."""
    return [program for path in sorted(DIRECTORY.glob("*.md")) for program in read_document(path)]
