"""Findings and events meet by place and by the kind of error."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sample_crossings import GRAD, OK, PLACE, REFUSED

from detachlint.harness.join import Claim, Status, claim_of, join
from detachlint.harness.observation import Crossing, Uncaught
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.span import Span

FINDING = Finding("DTL101", "numpy-on-grad-tensor", "…", "/a.py", PLACE, Confidence.CERTAIN)
NARROW = replace(FINDING, code="DTL112")
BFLOAT = replace(OK, outcome="TypeError", message="Got unsupported ScalarType BFloat16")
ELSEWHERE = Span(5, 0, 5, 3)


def status(finding: Finding, *events: Crossing | Uncaught) -> Status:
    [judged] = join([finding], events).judged
    return judged.status


@pytest.mark.parametrize(
    ("code", "claim"),
    [
        *[(code, Claim.GRAD) for code in ("DTL101", "DTL102", "DTL103")],
        *[(code, Claim.OTHER) for code in ("DTL111", "DTL112", "DTL115")],
        *[(code, None) for code in ("DTL201", "DTL303", "DTL900")],
    ],
)
def test_the_code_says_what_error_is_meant(code: str, claim: Claim | None) -> None:
    finding = replace(FINDING, code=code)
    assert claim_of(finding) is claim
    assert len(join([finding], [REFUSED]).judged) == (claim is not None)


@pytest.mark.parametrize("confidence", list(Confidence))
def test_what_is_raised_confirms(confidence: Confidence) -> None:
    finding = replace(FINDING, confidence=confidence)
    assert status(finding, OK, REFUSED) is Status.CONFIRMED
    assert status(finding, replace(REFUSED, span=ELSEWHERE, line=5)) is Status.NOT_REACHED
    assert status(finding, replace(REFUSED, filename="/b.py")) is Status.NOT_REACHED
    assert status(finding) is Status.NOT_REACHED


def test_what_is_not_raised_refutes_a_certain_finding_only() -> None:
    assert status(FINDING, OK) is Status.REFUTED
    assert status(replace(FINDING, confidence=Confidence.LIKELY), OK) is Status.NOT_RAISED


def test_the_kinds_of_errors_are_told_apart() -> None:
    assert status(NARROW, BFLOAT) is Status.CONFIRMED
    assert status(FINDING, BFLOAT) is Status.NOT_RAISED
    assert status(NARROW, REFUSED) is Status.NOT_RAISED
    both = join([FINDING, NARROW], [REFUSED])
    assert [judged.status for judged in both.judged] == [Status.CONFIRMED, Status.NOT_RAISED]
    assert both.missed == ()
    assert join([FINDING], [BFLOAT]).missed == (BFLOAT,)


def test_a_device_error_comes_before_the_one_for_grad() -> None:
    cuda = replace(REFUSED, outcome="TypeError", message="can't convert cuda:0 device type tensor")
    assert status(FINDING, cuda) is Status.CONFIRMED
    assert status(replace(FINDING, code="DTL111"), cuda) is Status.CONFIRMED
    assert status(FINDING, replace(cuda, grad_mode=False)) is Status.NOT_RAISED


def test_failures_without_a_finding_are_missed() -> None:
    assert join([], [OK, REFUSED]).missed == (REFUSED,)
    assert join([FINDING], [REFUSED]).missed == ()


@pytest.mark.parametrize(
    ("span", "fits"),
    [
        (Span(2, 12, 2, 20), True),  # the last attribute of a chain
        (Span(2, 5, 2, 9), True),
        (Span(1, 0, 3, 2), True),
        (Span(2, 15, 2, 30), False),
        (Span(2, 30, 2, 40), False),
        (None, True),
    ],
)
def test_places_need_not_be_the_same_to_the_byte(span: Span | None, fits: bool) -> None:
    expected = Status.CONFIRMED if fits else Status.NOT_REACHED
    assert status(FINDING, replace(REFUSED, span=span)) is expected


def test_the_line_decides_where_no_column_is_known() -> None:
    long = replace(FINDING, span=Span(2, 0, 4, 1))
    for line, expected in ((2, Status.CONFIRMED), (4, Status.CONFIRMED), (5, Status.NOT_REACHED)):
        assert status(long, replace(REFUSED, span=None, line=line)) is expected


def test_nested_crossings_are_kept_apart() -> None:
    inner = replace(FINDING, span=Span(2, 6, 2, 10))
    result = join([FINDING, inner], [REFUSED, replace(OK, span=inner.span)])
    assert [judged.status for judged in result.judged] == [Status.CONFIRMED, Status.REFUTED]
    # The outer one has no finding of its own, and the inner one has its own crossing.
    result = join([inner], [REFUSED, replace(OK, span=inner.span)])
    assert [judged.status for judged in result.judged] == [Status.REFUTED]
    assert result.missed == (REFUSED,)


def test_an_assignment_is_joined_with_the_finding_on_its_value() -> None:
    target = replace(REFUSED, span=Span(2, 0, 2, 4))  # `a[:]` in `a[:] = w`
    value = replace(FINDING, span=Span(2, 7, 2, 8))
    assert join([value], [target]).missed == ()
    assert status(value, target) is Status.CONFIRMED
    assert status(replace(value, span=Span(3, 7, 3, 8)), target) is Status.NOT_REACHED
    # A finding in front of it, or with a crossing of its own, is about something else.
    assert status(value, replace(REFUSED, span=Span(2, 10, 2, 12))) is Status.NOT_REACHED
    other = replace(OK, span=value.span)
    assert status(value, target, other) is Status.REFUTED
    assert join([value], [target, other]).missed == (target,)


def test_an_uncaught_exception_confirms_what_is_no_crossing() -> None:
    error = Uncaught("TypeError", "mean() got an unexpected keyword argument", "/a.py", 2, PLACE)
    assert status(replace(FINDING, code="DTL115"), error) is Status.CONFIRMED
    assert status(FINDING, error) is Status.NOT_REACHED
    assert join([], [error]).missed == ()
    refusal = Uncaught("RuntimeError", GRAD, "/a.py", 2, PLACE)
    [judged] = join([FINDING], [REFUSED, refusal]).judged
    assert judged.events == (REFUSED,)


def test_file_names_are_compared_as_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    absolute = replace(REFUSED, filename=os.path.realpath("a.py"))
    assert status(replace(FINDING, filename="a.py"), absolute) is Status.CONFIRMED
