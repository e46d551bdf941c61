"""The one law suite of all domains: what any join must be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Element = TypeVar("Element")


def broken_laws(
    join: Callable[[Element, Element], Element],
    a: Element,
    b: Element,
    c: Element,
    equal: Callable[[Element, Element], bool] = lambda left, right: left == right,
) -> list[str]:
    """The names of the laws that three elements break; none, if the join is one.

    The upper bound is that of the join's own order (`x` is below `y` iff their join is `y`).
    """
    both = join(a, b)
    laws = {
        "idempotent": equal(join(a, a), a),
        "commutative": equal(both, join(b, a)),
        "associative": equal(join(both, c), join(a, join(b, c))),
        "upper bound of the left": equal(join(a, both), both),
        "upper bound of the right": equal(join(b, both), both),
    }
    return [law for law, holds in laws.items() if not holds]
