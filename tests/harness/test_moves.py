"""Places of a text are found again in the fixed one."""

from __future__ import annotations

import pytest

from detachlint.fix import apply_fixes
from detachlint.harness.moves import Moves
from detachlint.rules.finding import Applicability, Confidence, Edit, Finding, Fix
from detachlint.source.text import SourceText


@pytest.mark.parametrize(
    ("text", "edits", "part", "moved"),
    [
        ("x = w.numpy()", [("w", "w.detach()")], "w.numpy()", "w.detach().numpy()"),
        ("y = ä.numpy(), w.numpy()", [("ä", "ä.detach()")], "w.numpy()", "w.numpy()"),
        ("w.numpy()\nv.numpy()", [("w", "w\\\n.detach()")], "v.numpy()", "v.numpy()"),
        ("np.exp(-w)", [("-w", "(-w).detach()")], "np.exp(-w)", "np.exp((-w).detach())"),
        (
            "f(w.numpy())",
            [("w.numpy()", "w.numpy().copy()")],
            "f(w.numpy())",
            "f(w.numpy().copy())",
        ),
        ("  w.numpy()", [("  w", "  a = 1\n  w")], "numpy()", "numpy()"),
    ],
)
def test_an_expression_is_the_same_with_the_fix_in_it(
    text: str, edits: list[tuple[str, str]], part: str, moved: str
) -> None:
    source = SourceText.from_text(text, "a.py")
    start = text.index(part)
    span = source.span(start, start + len(part))
    made = tuple(
        Edit(source.span(text.index(old), text.index(old) + len(old)), new) for old, new in edits
    )
    fix = Fix("", Applicability.SAFE, made)
    finding = Finding("DTL101", "", "", "a.py", span, Confidence.CERTAIN, (), fix)
    repair = apply_fixes(source, [finding]) if text.strip() == text else None
    fixed = SourceText.from_text(repair.text if repair else text.replace(*edits[0]), "a.py")
    assert fixed.slice(Moves(source, fixed, [finding]).span(span)) == moved


def test_lines_shift_with_those_inserted_above() -> None:
    source = SourceText.from_text("a\nb\nc\n", "a.py")
    fixed = SourceText.from_text("a\nnew\nb\nmore\nc\n", "a.py")
    edits = (
        Edit(source.span(2, 2), "new\n"),
        Edit(source.span(3, 3), "\nmore"),
    )
    fix = Fix("", Applicability.SAFE, edits)
    finding = Finding("DTL101", "", "", "a.py", source.span(0, 1), Confidence.CERTAIN, (), fix)
    moves = Moves(source, fixed, [finding])
    assert [moves.line(line) for line in (1, 2, 3)] == [1, 3, 5]
