"""The edits that repair an implicit crossing, at the argument that is converted."""

from __future__ import annotations

from detachlint.fix.edits import DETACH, insert_detach, insertion, is_detached
from detachlint.rules.finding import Edit, Remedy
from detachlint.source.span import Span
from detachlint.source.text import SourceText
from detachlint.syntax.layout import CrossingLayout
from detachlint.syntax.outline import Outline

TO_ARRAY = ".numpy()"
ITEM = "t"


def argument_edits(
    source: SourceText, span: Span, remedy: Remedy, outline: Outline
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
        return _detach_each(source, argument, outline)
    if remedy is Remedy.TO_ARRAY:
        return _append(source, argument, TO_ARRAY)
    if remedy is Remedy.DETACH_TO_ARRAY:
        return _detach_to_array(source, argument, outline)
    return None if is_detached(argument, outline) else insert_detach(source, argument, outline)


def _detach_to_array(
    source: SourceText, argument: CrossingLayout, outline: Outline
) -> tuple[Edit, ...] | None:
    if is_detached(argument, outline):
        return _append(source, argument, TO_ARRAY)
    detaching = insert_detach(source, argument, outline)
    if detaching is None or argument.receiver is None:
        return None
    *before, last = detaching
    end = source.span(argument.receiver.end, argument.receiver.end)
    if last.span == end:
        return (*before, Edit(end, last.content + TO_ARRAY))
    return (*detaching, Edit(end, TO_ARRAY))


def _append(source: SourceText, argument: CrossingLayout, step: str) -> tuple[Edit, ...] | None:
    receiver = argument.receiver
    if receiver is None:
        return None
    if receiver.is_primary:
        return (insertion(source, receiver.end, step),)
    return insertion(source, receiver.start, "("), insertion(source, receiver.end, f"){step}")


def _detach_each(
    source: SourceText, argument: CrossingLayout, outline: Outline
) -> tuple[Edit, ...] | None:
    """Each item where they are written one by one; else a comprehension over the container."""
    if argument.items:
        edits = [insert_detach(source, item, outline) for item in argument.items]
        return tuple(edit for parts in edits for edit in parts or ()) if all(edits) else None
    receiver = argument.receiver
    if receiver is None:
        return None
    opening, closing = ("", "") if receiver.is_primary else ("(", ")")
    return (
        insertion(source, receiver.start, f"[{ITEM}{DETACH} for {ITEM} in {opening}"),
        insertion(source, receiver.end, f"{closing}]"),
    )
