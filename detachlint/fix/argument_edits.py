"""The edits that repair an implicit crossing, at the argument that is converted."""

from __future__ import annotations

import itertools

from detachlint.fix.edits import JUST_DETACH, calls, insert_steps, insertion, is_detached
from detachlint.rules.finding import Edit, Parts, Remedy
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
    parts: Parts | None = None,
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
        return _cure_each(source, argument, outline, cures, parts)
    return insert_steps(source, argument, outline, cures)


def _cure_each(
    source: SourceText,
    argument: CrossingLayout,
    outline: Outline,
    cures: tuple[str, ...],
    parts: Parts | None,
) -> tuple[Edit, ...] | None:
    """Each item where they are written one by one; else a comprehension over the container.

    Where `parts` tell which items to cure, only those.
    """
    if parts is not None:
        found = _cure_parts(source, argument, outline, cures, parts) if parts else None
        return found or None
    if argument.items:
        edits = [insert_steps(source, item, outline, cures) for item in argument.items]
        return tuple(edit for those in edits for edit in those or ()) if all(edits) else None
    return _cure_any(source, argument, cures)


def _cure_parts(
    source: SourceText,
    item: CrossingLayout,
    outline: Outline,
    cures: tuple[str, ...],
    parts: Parts,
) -> tuple[Edit, ...] | None:
    """The edits of one item, or of the items of a display; None where they are not to be found."""
    if parts is False or (parts is True and cures == JUST_DETACH and is_detached(item, outline)):
        return ()
    if parts is True:
        return insert_steps(source, item, outline, cures)
    if len(item.items) == len(parts):
        pairs = zip(item.items, parts, strict=True)
        edits = [_cure_parts(source, one, outline, cures, part) for one, part in pairs]
        known = [each for each in edits if each is not None]
        return tuple(itertools.chain(*known)) if len(known) == len(edits) else None
    if len(item.items) == 1 and len(set(parts)) == 1:  # a comprehension, of items that are alike
        return _cure_parts(source, item.items[0], outline, cures, parts[0])
    if not item.items and not any(part is True or part for part in parts):
        return ()
    return _cure_any(source, item, cures) if all(part is True for part in parts) else None


def _cure_any(
    source: SourceText, container: CrossingLayout, cures: tuple[str, ...]
) -> tuple[Edit, ...] | None:
    """A comprehension over a container of nothing but tensors."""
    receiver = container.receiver
    if receiver is None:
        return None
    opening, closing = ("", "") if receiver.is_primary else ("(", ")")
    return (
        insertion(source, receiver.start, f"[{ITEM}{calls(cures)} for {ITEM} in {opening}"),
        insertion(source, receiver.end, f"{closing}]"),
    )
