"""What came of one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detachlint.rules.finding import Finding
from detachlint.source.text import SourceText

if TYPE_CHECKING:
    from detachlint.config.baseline import Likeness


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came of one file.

    `findings` are located in `source`, which is None for a file that was passed over (it surely holds
    no crossing), could not be decoded, or has no findings that were found out anew. Where fixing
    changed something, `before` is what the file contained and `fixed` its new content; otherwise both
    are None.
    `error` is one line, naming the file, on why the tool could not do its work.
    `known` are the findings that the baseline holds, which are not among the others.
    `alone` tells that nothing but the file was in sight, of some crossings at least, since its program
    is too large.
    """

    filename: str
    findings: tuple[Finding, ...] = ()
    source: SourceText | None = None
    applied: tuple[Finding, ...] = ()
    before: SourceText | None = None
    fixed: bytes | None = None
    error: str | None = None
    known: tuple[Likeness, ...] = ()
    passed_over: bool = False
    alone: bool = False
