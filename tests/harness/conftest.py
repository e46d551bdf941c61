"""Programs of the harness' tests are run within limits that are soon reached."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from limited_runs import LIMITS

from detachlint.harness.runner import Runner


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """What runs programs under PyTorch, which is imported once for all tests."""
    with Runner(LIMITS) as warm:
        yield warm
