"""The last line of a text report, and the mark of findings that a fix exists for."""

from __future__ import annotations

from collections.abc import Sequence

from detachlint.report.model import Report
from detachlint.report.style import Style
from detachlint.rules.finding import Applicability, Finding


def fix_mark(finding: Finding, style: Style) -> str:
    """`[*] ` before the message of what `detachlint fix` repairs."""
    fixable = finding.fix is not None and finding.fix.applicability is Applicability.SAFE
    return f"[{style.cyan('*')}] " if fixable else ""


def listed(texts: Sequence[str], most: int) -> str:
    """`a, b and 3 more`: so many of them at most."""
    more = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {more} more" if more > 0 else "")


def summary(report: Report) -> list[str]:
    """How many findings there were and what can be done about them: one line.

    None where nothing was found but something could not be checked: that is no pass; none either
    in a quiet report.
    """
    if report.quiet:
        return []
    left, fixed = len(report.findings), report.fixed
    if not left and not fixed:
        return [] if report.incomplete else ["All checks passed!"]
    details = [f"{fixed} fixed", f"{left} remaining"] if fixed else []
    details += _advice(report)
    suffix = f" ({', '.join(details)})" if details else ""
    return [f"Found {counted(left + fixed)}{suffix}."]


def _advice(report: Report) -> list[str]:
    safe, unsafe = report.count(Applicability.SAFE), report.count(Applicability.UNSAFE)
    advice = [f"{safe} fixable with `detachlint fix`"] if safe else []
    if unsafe:
        advice.append(f"{unsafe} {'more' if safe else 'fixable'} with `--unsafe-fixes`")
    return advice


def counted(findings: int) -> str:
    """`1 finding`, `2 findings`."""
    return f"{findings} finding" if findings == 1 else f"{findings} findings"
