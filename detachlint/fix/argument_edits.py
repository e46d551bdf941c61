"""The edits that repair an implicit crossing, at the argument that is converted."""

from __future__ import annotations

from detachlint.fix.edits import JUST_DETACH, calls, insert_steps, insertion
from detachlint.rules.finding import Edit, Remedy
from detachlint.source.span import Span
from detachlint.source.text import SourceText
from detachlint.syntax.layout import CrossingLayout
from detachlint.syntax.outline import Outline

ITEM = "t"


def argument_edits(
    source: SourceText,
    span: Span,
    remedy: Remedy,
    outline: Outline,
    cures: tuple[str, ...] = JUST_DETACH,
) -> tuple[Edit, ...] | None:
    """The edits that `remedy` asks for at the expression at `span`; None where it may not be edited.

    An expression behind a star may not (the star would take something else apart), nor one that is
    written into, nor one whose text is data.
    """
    # Here and not above: the import takes longer than checking most files.
    from detachlint.syntax.crossings import argument_at

    if span not in outline.editable_values:
        return None
    argument = argument_at(source, span)
    if argument is None:
        return None
    if remedy is Remedy.DETACH_EACH:
        return _cure_each(source, argument, outline, cures)
    return insert_steps(source, argument, outline, cures)


def _cure_each(
    source: SourceText, argument: CrossingLayout, outline: Outline, cures: tuple[str, ...]
) -> tuple[Edit, ...] | None:
    """Each item where they are written one by one; else a comprehension over the container."""
    if argument.items:
        edits = [insert_steps(source, item, outline, cures) for item in argument.items]
        return tuple(edit for parts in edits for edit in parts or ()) if all(edits) else None
    receiver = argument.receiver
    if receiver is None:
        return None
    opening, closing = ("", "") if receiver.is_primary else ("(", ")")
    return (
        insertion(source, receiver.start, f"[{ITEM}{calls(cures)} for {ITEM} in {opening}"),
        insertion(source, receiver.end, f"{closing}]"),
    )
