"""Shares the generated elements and law suite of the domain, and the samples of real files."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent

for folder in ("domain", "lower"):
    if str(TESTS / folder) not in sys.path:
        sys.path.append(str(TESTS / folder))
