"""Every example on every rule's page does under PyTorch what the page says, and the rule agrees."""

from __future__ import annotations

from collections import Counter

import pytest
from stand_in_device import device_meant, executable

from detachlint import api
from detachlint.domain.traits import Check
from detachlint.harness.observation import Crossing, Observation, Verdict
from detachlint.harness.rule_page import Example, parse_page
from detachlint.harness.runner import Mode, Runner
from detachlint.rules.finding import Confidence
from detachlint.rules.refusals import code_of
from detachlint.rules.registry import all_rules

FILENAME = "example.py"
PAGES = {rule.code: parse_page(rule.page) for rule in all_rules()}
EXAMPLES = [
    pytest.param(example, id=f"{code}-line-{example.page_line}")
    for code, examples in PAGES.items()
    for example in examples
]
FIXED = [parameter for parameter in EXAMPLES if parameter.values[0].fixed is not None]

READABLE = "DTL900"
"""The one rule about files that do not run at all."""
ABOUT_COMMENTS = {"DTL901"}
"""Rules about what PyTorch never sees."""
GRAD = "DTL101"
REJECTED = "DTL115"
"""The rule about what takes no tensor at all."""
OTHERWISE = {"DTL111", "DTL112", "DTL113", "DTL114", REJECTED}
"""The rules about what is refused apart from the gradient."""
SYNTAX_ERRORS = {"SyntaxError", "IndentationError", "TabError"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_marked_lines_and_no_others_are_reported(example: Example) -> None:
    findings = api.check_source(example.text, FILENAME)
    reported = Counter((finding.code, finding.span.line) for finding in findings)
    marked = Counter((mark.code, mark.line) for mark in example.marks)
    assert reported == marked, _shown(example)


@pytest.mark.parametrize("example", EXAMPLES)
def test_findings_are_as_sure_as_the_page_says(example: Example) -> None:
    findings = api.check_source(example.text, FILENAME)
    confidence = {(finding.code, finding.span.line): finding.confidence for finding in findings}
    expected = {(m.code, m.line): m.confidence for m in example.marks if m.confidence is not None}
    assert {place: confidence.get(place) for place in expected} == expected, _shown(example)


@pytest.mark.parametrize("example", EXAMPLES)
def test_pytorch_refuses_the_marked_lines_and_no_others(example: Example, runner: Runner) -> None:
    seen = runner.run(executable(example.text), filename=FILENAME, mode=Mode(keep_going=True))
    unreadable = example.marked_lines(READABLE)
    if unreadable:
        assert seen.error is not None and seen.error.type in SYNTAX_ERRORS, _shown(example)
        assert {seen.error.line} == unreadable
        return
    assert (seen.verdict, seen.error) == (Verdict.FINISHED, None), _shown(example)
    seen_by_pytorch = [mark for mark in example.marks if mark.code not in ABOUT_COMMENTS]
    marked = {(mark.line, mark.code) for mark in seen_by_pytorch}
    refused = {(crossing.line, code_of_crossing(crossing, example)) for crossing in seen.crossings}
    expected = {(line, code if code in OTHERWISE else GRAD) for line, code in marked}
    assert {(line, code) for line, code in refused if code} == expected, _shown(example)


@pytest.mark.parametrize("example", FIXED)
def test_the_fix_is_the_one_on_the_page(example: Example) -> None:
    result = api.fix_source(example.text, FILENAME)
    assert result.text == example.fixed
    assert result.remaining == []
    again = api.fix_source(result.text, FILENAME)
    assert (again.text, again.applied) == (result.text, [])


@pytest.mark.parametrize("example", FIXED)
def test_the_fixed_example_runs_and_gives_the_same_arrays(example: Example, runner: Runner) -> None:
    assert example.fixed is not None
    before = runner.run(
        executable(example.text), filename=FILENAME, mode=Mode(keep_going=True, digests=True)
    )
    after = runner.run(executable(example.fixed), filename=FILENAME, mode=Mode(digests=True))
    assert (after.verdict, after.error) == (Verdict.FINISHED, None), _shown(example)
    assert [crossing for crossing in after.crossings if crossing.refused] == []
    assert _arrays(before) == _arrays(after)
    assert after.stdout == before.stdout


@pytest.mark.parametrize("code", PAGES)
def test_a_page_shows_both_what_is_reported_and_what_is_not(code: str) -> None:
    marked = [example for example in PAGES[code] if example.marks]
    assert marked and len(marked) < len(PAGES[code])
    assert {mark.code for example in marked for mark in example.marks} == {code}


@pytest.mark.parametrize(("code", "least"), [("DTL101", 8), ("DTL102", 6), ("DTL103", 6)])
def test_the_pages_cover_their_field(code: str, least: int) -> None:
    marked = [example for example in PAGES[code] if example.marks]
    silent = [example for example in PAGES[code] if not example.marks]
    assert len(marked) >= least
    assert len(silent) >= 4
    sure = {mark.confidence for example in marked for mark in example.marks}
    assert {Confidence.CERTAIN, Confidence.LIKELY} <= sure
    assert any(example.fixed is None for example in marked), "a case where detach is wrong"


@pytest.mark.parametrize("code", PAGES)
def test_examples_without_a_fix_have_none_that_would_be_applied(code: str) -> None:
    for example in PAGES[code]:
        if example.marks and example.fixed is None:
            result = api.fix_source(example.text, FILENAME)
            assert (result.text, result.applied) == (example.text, []), _shown(example)
            assert len(result.remaining) == len(example.marks)


def code_of_crossing(crossing: Crossing, example: Example) -> str:
    """The rule about what PyTorch refused there; "" if it refused nothing."""
    if crossing.refused is None:
        return "" if crossing.outcome == "ok" else REJECTED
    name = device_meant(example.text, crossing.device.partition(":")[0])
    if crossing.refused is Check.DTYPE:
        name = crossing.dtype.removeprefix("torch.")
    return code_of(crossing.refused, frozenset({name}))


def _arrays(observation: Observation) -> Counter[tuple[int, str]]:
    arrays: Counter[tuple[int, str]] = Counter()
    for crossing in observation.crossings:
        assert crossing.digest
        arrays[crossing.line, crossing.digest] += crossing.count
    return arrays


def _shown(example: Example) -> str:
    numbered = enumerate(example.text.splitlines(), start=1)
    body = "\n".join(f"{number:3} {line}" for number, line in numbered)
    return f"in the example at line {example.page_line} ({example.section}):\n{body}"
