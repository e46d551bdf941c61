"""What tests share: settings (the same examples in each run, no alarm because a machine is busy), PyTorch."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from detachlint.harness.runner import Runner

settings.register_profile(
    "detachlint",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("detachlint")

# What the tests check, they check anew, and leave nothing behind in the user's cache.
os.environ["DETACHLINT_NO_CACHE"] = "1"

# Who is started in the background ignores Ctrl-C, and so would all that the tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Let files be handed to processes in the order below, not by how many tests they have."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start with the files that take minutes, so that no process waits for another one at the end."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage when the tests run, rarely where that takes long: collecting them leaves none."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.set_threshold(2000, 20, 50)
        gc.enable()


@pytest.fixture(scope="module", autouse=True)
def _kept() -> None:
    """What is there before a file's tests stays: PyTorch, the tests, millions of objects in all, through
    which nobody is to look for garbage again and again."""
    gc.freeze()


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """What runs programs under PyTorch, which is imported once for all tests."""
    with Runner() as warm:
        yield warm
