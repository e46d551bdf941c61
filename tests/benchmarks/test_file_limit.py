"""Work that takes too long is stopped, whatever it makes of the exception."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
from file_limit import FileLimit, TooSlow

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="the limit needs POSIX timers"
)


def works_for_ever() -> None:
    while True:
        pass


def makes_a_class() -> None:
    """From Python 3.12 on the exception comes out as it is; before, as a `RuntimeError`."""

    class Described:
        def __set_name__(self, owner: type, name: str) -> None:
            works_for_ever()

    type("Owner", (), {"attribute": Described()})


def loses_it() -> None:
    try:
        works_for_ever()
    except BaseException:
        return


@pytest.mark.parametrize("work", [works_for_ever, makes_a_class, loses_it])
def test_what_takes_too_long_is_too_slow(work: Callable[[], None]) -> None:
    limit = FileLimit(0.05)
    with pytest.raises(TooSlow), limit:
        work()
    assert "works_for_ever" in limit.where
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_work_that_goes_on_is_stopped_again() -> None:
    with pytest.raises(TooSlow), FileLimit(0.05):
        loses_it()
        works_for_ever()


def test_what_is_done_in_time_is_left_alone() -> None:
    limit = FileLimit(20.0)
    with pytest.raises(LookupError), limit:
        raise LookupError
    with limit:
        pass
    assert limit.where == ""
