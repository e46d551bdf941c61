"""A report made by hand: a finding with trace and fix, and one without anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detachlint.report import Report
from detachlint.rules.finding import (
    Applicability,
    Confidence,
    Edit,
    Finding,
    Fix,
    TraceStep,
)
from detachlint.source.span import Span
from detachlint.source.text import SourceText

TEXT = "import torch\nmödel = torch.nn.Linear(2, 2)\na = ('é', mödel(x).numpy())\n"
SOURCE = SourceText.from_text(TEXT, "f.py")


def place(marked: str) -> Span:
    start = TEXT.index(marked)
    return SOURCE.span(start, start + len(marked))


INSERTION = SOURCE.span(TEXT.index(".numpy"), TEXT.index(".numpy"))
FIX = Fix("insert `.detach()`", Applicability.SAFE, (Edit(INSERTION, ".detach()"),))
FINDING = Finding(
    "DTL101",
    "numpy-on-grad-tensor",
    "`.numpy()` on a tensor that requires grad",
    "f.py",
    place("mödel(x).numpy()"),
    Confidence.LIKELY,
    (
        TraceStep("lib.py", Span(7, 4, 7, 9), "its parameters require grad"),
        TraceStep("f.py", place("mödel(x)"), "calling `mödel`"),
    ),
    FIX,
)
UNREADABLE = Finding(
    "DTL900", "unreadable-file", "invalid syntax", "g.py", Span(3, 4, 3, 5), Confidence.CERTAIN
)


def report(
    *findings: Finding, sources: Mapping[str, SourceText] | None = None, **others: Any
) -> Report:
    """A report of these findings, with the text of `f.py` and of what `sources` names."""
    return Report(findings, {"f.py": SOURCE, **(sources or {})}, **others)
