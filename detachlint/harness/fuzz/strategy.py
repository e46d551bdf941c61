"""Generated programs for Hypothesis, which shrinks them by itself."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies
from hypothesis.strategies import SearchStrategy

from detachlint.harness.fuzz.program import Program, generate


def programs(excluded: Iterable[str] = ()) -> SearchStrategy[Program]:
    """Programs without the forms named in `excluded`; see `generate`."""
    without = frozenset(excluded)
    return strategies.randoms(use_true_random=False).map(lambda source: generate(source, without))
