"""Which findings of a file are reported: what is selected, not silenced, and sure enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from detachlint.config.baseline import Likeness, part
from detachlint.config.options import Options
from detachlint.rules.codes import UNUSED_SUPPRESSION, all_codes
from detachlint.rules.finding import Finding
from detachlint.source.span import Span
from detachlint.source.suppressions import Suppressions
from detachlint.source.text import SourceText


def wanted(findings: Iterable[Finding], options: Options) -> list[Finding]:
    """The findings that the options ask for, by position, whatever the comments say."""
    kept = [finding for finding in findings if _is_wanted(finding, options)]
    return sorted(kept, key=_position)


def reported(
    findings: Iterable[Finding],
    source: SourceText,
    suppressions: Suppressions,
    options: Options,
    *,
    complete: bool = True,
) -> tuple[list[Finding], tuple[Likeness, ...]]:
    """The findings to report, by position, those about unused suppressions (DTL901) among them; and
    those that the baseline knows.

    `findings` are those of every confidence: a suppression of one that is not sure enough to be shown
    is used. `complete`: nothing was given up; otherwise nobody knows what is unused.
    """
    from detachlint.rules.suppression import sift, unused

    selected = [finding for finding in findings if options.reports(finding.code)]
    sifted = sift(selected, suppressions)
    kept = sifted.kept
    if complete and options.reports(UNUSED_SUPPRESSION):
        kept += unused(source, suppressions, sifted.used, _judges(options))
    new, known = part(sorted(kept, key=_position), source, options.known)
    return wanted(new, options), tuple(known)


def _judges(options: Options) -> Callable[[str], bool]:
    """Whether every rule that a code stands for is run: only then it is known to silence nothing."""
    return lambda code: all(options.reports(c) for c in all_codes() if c.startswith(code))


def _position(finding: Finding) -> tuple[Span, str]:
    return finding.span, finding.code


def _is_wanted(finding: Finding, options: Options) -> bool:
    return options.reports(finding.code) and finding.confidence.at_least(options.min_confidence)
