"""Names for findings that stay the same while a program is edited around them."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from detachlint.report.model import Report
from detachlint.rules.finding import Finding


def fingerprints(report: Report) -> list[str]:
    """A different hexadecimal number for each finding of the report, in their order.

    It stands for the rule, the file and the text of the line, not for the line's number nor for the
    message, which may name lines. Of several that agree in all of these, the first is the first.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    result = []
    for finding in report.findings:
        key = (finding.code, finding.filename, _line(report, finding))
        seen[key] += 1
        words = "\0".join((*key, str(seen[key])))
        result.append(sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return result


def _line(report: Report, finding: Finding) -> str:
    source = report.sources.get(finding.filename)
    return "" if source is None else source.line(finding.span.line).strip()
