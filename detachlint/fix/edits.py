"""The edits that repair one crossing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from detachlint.fix.steps import count_pointless
from detachlint.rules.finding import Edit
from detachlint.source.span import Span
from detachlint.source.text import SourceText
from detachlint.syntax.layout import CrossingLayout, Form, Step
from detachlint.syntax.outline import Outline

FixStyle: TypeAlias = Literal["detach", "force"]
"""What a fix inserts: `.detach()`, or `force=True` (torch 1.13 or later)."""

DETACH = ".detach()"
FORCE = "force=True"
JUST_DETACH = ("detach",)
FORCED = frozenset({"detach", "cpu", "resolve_conj", "resolve_neg"})
"""The steps that `force=True` takes, where they are needed."""


def detach_edits(
    source: SourceText,
    span: Span,
    style: FixStyle,
    outline: Outline | None = None,
    cures: tuple[str, ...] = JUST_DETACH,
) -> tuple[Edit, ...] | None:
    """The edits that keep the crossing whose call expression stands at `span` from raising.

    They insert `.detach()` before the first step that is pointless with a graph, or `force=True`,
    and the other `cures` right before the conversion.
    None where nothing may be changed: the crossing cannot be located exactly, its text is data
    (`f"{x.numpy()=}"`), or its tensor is detached already. `outline` spares reading the file again.
    """
    # Here and not above: the import takes longer than checking most files.
    from detachlint.syntax.crossings import crossing_at

    outline = Outline.read(source) if outline is None else outline
    if span not in outline.editable_calls:
        return None
    crossing = crossing_at(source, span)
    if crossing is None:
        return None
    if style == "force" and FORCED.intersection(cures) and not is_detached(crossing, outline):
        edits = _force_edits(source, crossing)
        if edits is not None:
            rest = tuple(cure for cure in cures if cure not in FORCED)
            more = insert_steps(source, crossing, outline, rest) if rest else ()
            return None if more is None else (*more, *edits)
    return insert_steps(source, crossing, outline, cures)


def _is_forced(crossing: CrossingLayout) -> bool:
    return any(
        argument.keyword == "force" and argument.text == "True" for argument in crossing.arguments
    )


def is_detached(crossing: CrossingLayout, outline: Outline) -> bool:
    """Whether the tensor is detached as written: a second fix would add nothing."""
    if _is_forced(crossing):
        return True
    kept = len(crossing.steps) - count_pointless(crossing.base, crossing.steps, outline)
    return kept > 0 and _is_detach(crossing.steps[kept - 1])


def _is_detach(step: Step) -> bool:
    return step.name in {"detach", "detach_"} and step.is_called


def calls(steps: Iterable[str]) -> str:
    """The steps as they are written one behind the other: `.detach().cpu()`."""
    return "".join(f".{step}()" for step in steps)


def insert_steps(
    source: SourceText,
    crossing: CrossingLayout,
    outline: Outline,
    cures: tuple[str, ...] = JUST_DETACH,
) -> tuple[Edit, ...] | None:
    """The edits that put the calls of `cures` behind the tensor.

    `.detach()` goes before the first step that is pointless with a graph, or nowhere if the tensor is
    detached as written. None where nothing is left to be inserted, or nothing may be.
    """
    steps = crossing.steps
    detach = "detach" in cures and not is_detached(crossing, outline)
    behind = calls(cure for cure in cures if cure != "detach")
    kept = len(steps) - count_pointless(crossing.base, steps, outline)
    if not detach or kept == len(steps):
        text = (DETACH if detach else "") + behind
        return _insert_behind(source, crossing, text) if text else None
    before = insertion(source, steps[kept].dot, DETACH)
    after = _insert_behind(source, crossing, behind) if behind else ()
    return None if after is None else (before, *after)


def _insert_behind(
    source: SourceText, crossing: CrossingLayout, text: str
) -> tuple[Edit, ...] | None:
    """The edits that put `text` right behind the tensor."""
    if crossing.base.kind == "super" and not crossing.steps:
        # `super().detach()` is an instance of the class itself: its conversion would be the one
        # being defined here, not that of the base.
        return None
    if crossing.dot is not None:
        return (insertion(source, crossing.dot, text),)
    receiver = crossing.receiver
    if receiver is None:
        return None
    if receiver.is_primary:
        return (insertion(source, receiver.end, text),)
    return insertion(source, receiver.start, "("), insertion(source, receiver.end, f"){text}")


def _force_edits(source: SourceText, crossing: CrossingLayout) -> tuple[Edit, ...] | None:
    """None where the conversion takes no `force`, or where it is not known what it is given."""
    arguments = crossing.arguments
    if crossing.method != "numpy" or any(argument.star for argument in arguments):
        return None
    for argument in arguments:
        if argument.keyword == "force":
            if argument.text != "False":
                return None
            return (Edit(source.span(argument.value_start, argument.value_end), "True"),)
    if crossing.form is Form.UNBOUND:
        return (insertion(source, arguments[-1].end, f", {FORCE}"),)
    if arguments:
        return None
    return (insertion(source, crossing.arguments_start, FORCE),)


def insertion(source: SourceText, index: int, content: str) -> Edit:
    """The edit that inserts `content` before the character at `index`."""
    return Edit(source.span(index, index), content)
