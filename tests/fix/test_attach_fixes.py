"""Which findings get which fix."""

import ast

import pytest
from fix_helpers import crossing_spans, finding_at, source_of

from detachlint.fix import attach_fixes
from detachlint.rules.finding import Applicability, Confidence, Edit, Fix
from detachlint.source.span import Span

TEXT = "a = x.cpu().numpy()\nb = y.__array__()\n"


def findings_of(text, **options):
    return [finding_at(span, **options) for span in crossing_spans(text)]


@pytest.mark.parametrize(
    ("confidence", "applicability"),
    [
        (Confidence.CERTAIN, Applicability.SAFE),
        (Confidence.LIKELY, Applicability.SAFE),
        (Confidence.POSSIBLE, Applicability.UNSAFE),
    ],
)
def test_applicability_follows_confidence(confidence, applicability):
    findings = findings_of(TEXT, confidence=confidence)
    fixed = attach_fixes(findings, source_of(TEXT))
    assert [finding.fix for finding in fixed] == [
        Fix("insert `.detach()`", applicability, (Edit(Span(1, 5, 1, 5), ".detach()"),)),
        Fix("insert `.detach()`", applicability, (Edit(Span(2, 5, 2, 5), ".detach()"),)),
    ]
    assert [finding.span for finding in fixed] == [finding.span for finding in findings]


def test_message_says_what_is_done():
    fixed = attach_fixes(findings_of(TEXT), source_of(TEXT), "force")
    assert [finding.fix.message for finding in fixed] == ["pass `force=True`", "insert `.detach()`"]


def test_order_and_other_findings_are_kept():
    decided = Fix("append `.item()` instead", Applicability.DISPLAY_ONLY, ())
    first, second = crossing_spans(TEXT)
    findings = [
        finding_at(second),
        finding_at(first, fix=decided),
        finding_at(first, code="DTL900"),
        finding_at(first),
    ]
    fixed = attach_fixes(findings, source_of(TEXT))
    assert fixed[1:3] == findings[1:3]
    assert [len(finding.fix.edits) for finding in (fixed[0], fixed[3])] == [1, 1]


@pytest.mark.parametrize("text", ["f'{x.numpy()=}'", "f()().numpy(x)", "x.detach().numpy()"])
def test_crossing_that_cannot_be_edited_gets_advice_only(text):
    (finding,) = attach_fixes(findings_of(text), source_of(text))
    assert finding.fix == Fix(
        "detach the tensor before it is converted", Applicability.DISPLAY_ONLY, ()
    )


def test_tree_may_be_handed_over():
    tree = ast.parse(TEXT)
    source, findings = source_of(TEXT), findings_of(TEXT)
    assert attach_fixes(findings, source, tree=tree) == attach_fixes(findings, source)
    # It is what is looked at: in the tree of another text the crossings are not there.
    others = attach_fixes(findings, source, tree=ast.parse("pass"))
    assert [finding.fix.edits for finding in others] == [(), ()]


def test_no_finding_costs_no_parse():
    assert attach_fixes([], source_of("this does not parse")) == []
