"""On Python 3.10, whose bytecode has no columns, crossings are placed by their lines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from detachlint.api import check_source
from detachlint.fix import apply_fixes
from detachlint.harness import observer as observer_module
from detachlint.harness.executor import Execution, execute
from detachlint.harness.fix_effects import Trial
from detachlint.harness.join import Status, join
from detachlint.harness.moves import Moves
from detachlint.harness.observation import Observation, Verdict
from detachlint.source.text import SourceText

PROGRAM = """\
import torch
w = torch.ones(2, requires_grad=True)
print((w * 2)
      .numpy())
w.detach().numpy()
if w.sum() > 5:
    w.numpy()
print(w.numpy())
"""


@pytest.fixture
def lines_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    class OldCode:
        """What the observer would be given by Python 3.10."""

        def __init__(self, code: object) -> None:
            self.co_name = getattr(code, "co_name", "")

    original = observer_module.span_of_instruction
    monkeypatch.setattr(
        observer_module,
        "span_of_instruction",
        lambda code, instruction: original(OldCode(code), instruction),  # type: ignore[arg-type]
    )
    yield


def run(text: str) -> Execution:
    return execute(text, "program.py", keep_going=True, digests=True)


def test_a_crossing_has_a_line_and_no_span(lines_alone: None) -> None:
    execution = run(PROGRAM)
    assert execution.error is None
    assert [(c.span, c.line) for c in execution.crossings] == [(None, n) for n in (4, 5, 8)]


def test_findings_are_joined_by_line(lines_alone: None) -> None:
    findings = check_source(PROGRAM, "program.py")
    joined = join(findings, run(PROGRAM).crossings)
    assert [judged.finding.span.line for judged in joined.judged] == [3, 7, 8]
    assert [judged.status for judged in joined.judged] == [
        Status.CONFIRMED,
        Status.NOT_REACHED,
        Status.CONFIRMED,
    ]
    assert joined.missed == ()


def test_fixes_are_verified_by_line(lines_alone: None) -> None:
    assert objections() == []
    assert objections(("w * 2", "w * 3")) == ["another array at line 4"]


def objections(*others: tuple[str, str]) -> list[str]:
    """What speaks against the fixes, with other replacements of equal length."""
    source = SourceText.from_text(PROGRAM, "program.py")
    repair = apply_fixes(source, check_source(PROGRAM, "program.py"))
    fixed = repair.text
    for old, new in others:
        fixed = fixed.replace(old, new)
    before, after = (
        Observation(Verdict.FINISHED, crossings=run(text).crossings) for text in (PROGRAM, fixed)
    )
    moves = Moves(source, SourceText.from_text(fixed, "program.py"), repair.applied)
    return list(Trial(repair.applied, moves, before, after, "program.py").objections())
