"""Which findings comments silence, and which comments silence nothing (DTL901)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from detachlint.rules.codes import PREFIX, UNUSED_SUPPRESSION, stands_for_a_code
from detachlint.rules.finding import Applicability, Confidence, Edit, Finding, Fix
from detachlint.source.comments import Comment
from detachlint.source.suppressions import NamedCode, Suppression, Suppressions
from detachlint.source.text import SourceText
from detachlint.source.value_class import value_class

UNUSED_NAME = "unused-suppression"


@value_class(frozen=True, slots=True)
class Sifted:
    """Findings parted by what comments say. `used` names the suppressions that silenced some, with
    the codes in them that did (none for one that names no codes)."""

    kept: list[Finding]
    used: frozenset[tuple[Suppression, NamedCode | None]]


def sift(findings: Iterable[Finding], suppressions: Suppressions) -> Sifted:
    """The findings that no comment silences. All comments that apply to a finding are used."""
    kept: list[Finding] = []
    used: set[tuple[Suppression, NamedCode | None]] = set()
    for finding in findings:
        silencing = [s for s in suppressions.at(finding.span) if s.silences(finding.code)]
        if not silencing:
            kept.append(finding)
        for each in silencing:
            used |= {(each, named) for named in each.names(finding.code)} or {(each, None)}
    return Sifted(kept, frozenset(used))


def unused(
    source: SourceText,
    suppressions: Suppressions,
    used: frozenset[tuple[Suppression, NamedCode | None]],
    judges: Callable[[str], bool],
) -> Iterator[Finding]:
    """The findings of DTL901: comments to this tool, and codes of this tool, that silence nothing.

    `judges` says of a code whether its rule was run. A plain `# noqa` and other tools' codes may be
    there for another tool's sake, so that nothing is said about them.
    """
    for start, end in suppressions.mistakes:
        message = f"`{source.text[start:end].lstrip('# ')}` is no suppression: it silences nothing"
        yield _finding(source, start, end, message, None)
    for entry in suppressions.entries:
        if any(named.code == UNUSED_SUPPRESSION for named in entry.codes):
            continue  # kept on purpose
        if not entry.codes:
            if entry.own and (entry, None) not in used:
                yield _unused_comment(source, entry)
            continue
        wrong = [n for n in entry.codes if (entry, n) not in used and _is_judged(entry, n, judges)]
        if len(wrong) == len(entry.codes):
            yield _unused_comment(source, entry)
        else:
            yield from (_unused_code(source, entry, named) for named in wrong)


def _is_judged(entry: Suppression, named: NamedCode, judges: Callable[[str], bool]) -> bool:
    if not stands_for_a_code(named.code):
        return entry.own or named.code.startswith(PREFIX)
    return judges(named.code)


def _unused_comment(source: SourceText, entry: Suppression) -> Finding:
    words = source.text[entry.start : entry.end].lstrip("# ")
    message = f"unused suppression: `{words}` silences nothing here"
    unknown = [named.code for named in entry.codes if not stands_for_a_code(named.code)]
    if unknown:
        message += f" (there is no rule {unknown[0]})"
    fix = _replace_comment(source, entry.comment, _without(entry), "remove the comment")
    return _finding(source, entry.start, entry.end, message, fix)


def _unused_code(source: SourceText, entry: Suppression, named: NamedCode) -> Finding:
    if stands_for_a_code(named.code):
        message = f"unused suppression: {named.code} is not reported here"
    else:
        message = f"unused suppression: there is no rule {named.code}"
    kept = ", ".join(source.text[n.start : n.end] for n in entry.codes if n is not named)
    begin, end = (i - entry.comment.start for i in (entry.codes[0].start, entry.codes[-1].end))
    text = entry.comment.text[:begin] + kept + entry.comment.text[end:]
    fix = _replace_comment(source, entry.comment, text, f"remove {named.code} from the comment")
    return _finding(source, named.start, named.end, message, fix)


def _without(entry: Suppression) -> str:
    """The comment without a directive and the reason behind it; `""` if nothing else is in it."""
    text = entry.comment.text
    start = entry.start - entry.comment.start
    following = text.find("#", start + 1)
    before, after = text[:start].rstrip(), text[following:] if following >= 0 else ""
    return f"{before}  {after}" if before and after else before or after


def _replace_comment(source: SourceText, comment: Comment, text: str, message: str) -> Fix:
    """The fix that puts another text in the place of a whole comment; with `""` it leaves no trace."""
    start, end = comment.start, comment.end
    if not text:
        line_start = source.offset(comment.row, 0)
        start = line_start + len(source.text[line_start:start].rstrip(" \t\f"))
        if comment.alone:
            end = source.offset(comment.row + 1, 0)
            start = line_start
    return Fix(message, Applicability.SAFE, (Edit(source.span(start, end), text),))


def _finding(source: SourceText, start: int, end: int, message: str, fix: Fix | None) -> Finding:
    return Finding(
        code=UNUSED_SUPPRESSION,
        name=UNUSED_NAME,
        message=message,
        filename=source.filename,
        span=source.span(start, end),
        confidence=Confidence.CERTAIN,
        fix=fix,
    )
