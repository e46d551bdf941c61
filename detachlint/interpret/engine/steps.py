"""Steps of the trace that belong to no operation: kept in an attribute, appended, returned."""

from __future__ import annotations

from detachlint.domain.objects import Tensor, Unknown
from detachlint.domain.story import then
from detachlint.domain.values import Value, addresses
from detachlint.interpret.engine.state import State
from detachlint.source.span import Span
from detachlint.source.value_class import replace


def note(
    state: State, value: Value, span: Span, message: str, *, only_if_named: str = "step"
) -> None:
    """Add a step to the story of each tensor among `value`: how it came to require grad, and to where it is.

    The story is no part of the abstract value, so this changes no verdict. Nothing is noted for
    functions without a name of their own (lambdas).
    """
    if only_if_named.startswith("<"):
        return
    for address in addresses(value):
        thing = state.glimpse(address)
        if not isinstance(thing, (Tensor, Unknown)):
            continue
        story, device = thing.story, thing.device.told(span, message)
        if thing.grad.seen:
            story = then(story, span, message)
        if story is not thing.story or device is not thing.device:
            state.heap[address] = replace(thing, story=story, device=device)
