"""Collecting garbage rarely."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

RARE_COLLECTIONS = (100_000, 20, 50)
"""Trees and states are many objects without circles: looking for those costs half of the time of a large
analysis with Python's own thresholds, and finds next to nothing."""


@contextmanager
def rarely_collected() -> Iterator[None]:
    """What runs inside is interrupted by few collections, whoever's process it is."""
    before = gc.get_threshold()
    gc.set_threshold(*map(max, before, RARE_COLLECTIONS))
    try:
        yield
    finally:
        gc.set_threshold(*before)
