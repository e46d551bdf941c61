"""JUnit XML, for the test pages of continuous integration."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from detachlint.report.explanation import explanation
from detachlint.report.glyphs import visible
from detachlint.report.model import Report
from detachlint.rules.finding import Finding


def render(report: Report) -> str:
    """A suite for each file with findings, a failed test for each finding.

    Without any, there is one suite with one test that passed (with an error in it if something
    could not be checked): pages show an empty report as a broken one.
    """
    lines = [*_suites(report)] if report.findings else [*_no_findings(report)]
    count = len(report.findings)
    head = f'<testsuites name="detachlint" tests="{max(count, 1)}" failures="{count}"'
    errors = int(report.incomplete and not count)
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            f'{head} errors="{errors}">',
            *lines,
            "</testsuites>",
            "",
        ]
    )


def _suites(report: Report) -> Iterator[str]:
    for filename, group in groupby(report.findings, key=lambda finding: finding.filename):
        findings = list(group)
        count = len(findings)
        name = _attribute(filename)
        yield f'  <testsuite name={name} tests="{count}" failures="{count}" errors="0">'
        for finding in findings:
            yield from _case(report, finding)
        yield "  </testsuite>"


def _no_findings(report: Report) -> Iterator[str]:
    errors = int(report.incomplete)
    yield f'  <testsuite name="detachlint" tests="1" failures="0" errors="{errors}">'
    yield '    <testcase name="No findings" classname="detachlint">'
    if report.incomplete:
        yield '      <error message="some paths could not be checked"/>'
    yield "    </testcase>"
    yield "  </testsuite>"


def _case(report: Report, finding: Finding) -> Iterator[str]:
    start, _, _ = report.stored_place(finding.filename, finding.span)
    place = f'line="{start.row}" column="{start.column}"'
    name = _attribute(f"{finding.code} {finding.name}")
    yield f"    <testcase name={name} classname={_attribute(finding.filename)} {place}>"
    yield f"      <failure message={_attribute(finding.message)} type={_attribute(finding.code)}>"
    yield from (escape(visible(line)) for line in _text(report, finding))
    yield "      </failure>"
    yield "    </testcase>"


def _text(report: Report, finding: Finding) -> Iterator[str]:
    label = report.label(finding.filename, finding.span)
    yield f"{label}: {finding.code} {finding.message} ({finding.confidence.value})"
    yield from explanation(report, finding)
    if finding.fix:
        yield f"help: {finding.fix.message}"


def _attribute(text: str) -> str:
    """Quoted, and without the characters that XML does not have even as references."""
    return quoteattr(visible(text))
