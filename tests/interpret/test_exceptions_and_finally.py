"""`try`: every way out of a block passes its `finally`; handlers see every state they may see."""

from __future__ import annotations

import pytest
from engine import raising_lines, revealed, visits


@pytest.mark.parametrize("jump", ["return None", "break", "continue", "raise ValueError", "pass"])
def test_finally_runs_on_every_way_out(jump: str) -> None:
    body = (
        "log = [torch.ones(2)]\n"
        "def f():\n"
        "    for _ in [1]:\n"
        "        try:\n"
        "            log[0] = t\n"
        f"            {jump}\n"
        "        finally:\n"
        "            reveal_grad(log[0])\n"
        "            log[0] = t.detach()\n"
        "try:\n"
        "    f()\n"
        "except ValueError:\n"
        "    pass\n"
        "reveal_grad(log[0])\n"
    )
    shown = revealed(body)
    assert "YES" in shown[:-1]
    assert shown[-1] in ("NO", "MAYBE")


def test_a_return_in_finally_replaces_the_one_before() -> None:
    body = (
        "def f():\n"
        "    try:\n"
        "        return t\n"
        "    finally:\n"
        "        return t.detach()\n"
        "reveal_grad(f())\n"
    )
    assert set(revealed(body)) == {"NO"}


def test_a_break_in_finally_swallows_the_exception() -> None:
    body = (
        "x = torch.ones(2)\n"
        "while True:\n"
        "    try:\n"
        "        x = t\n"
        "        raise ValueError\n"
        "    finally:\n"
        "        break\n"
        "reveal_grad(x)\n"
    )
    assert set(revealed(body)) <= {"YES", "MAYBE"}
    assert revealed(body)


def test_the_mode_is_restored_on_every_way_out() -> None:
    body = (
        "def f(n):\n"
        "    for _ in [1]:\n"
        "        with torch.no_grad():\n"
        "            if n == 0:\n"
        "                return 1\n"
        "            if n == 1:\n"
        "                break\n"
        "            if n == 2:\n"
        "                raise ValueError\n"
        "for n in [0, 1, 2, 3]:\n"
        "    try:\n"
        "        f(n)\n"
        "    except ValueError:\n"
        "        pass\n"
        "    reveal_grad(t * 2)\n"
    )
    assert set(revealed(body)) == {"YES"}


def test_a_handler_starts_from_every_statement_of_the_body() -> None:
    body = (
        "x = torch.ones(2)\n"
        "try:\n"
        "    open('a')\n"
        "    x = t\n"
        "    open('b')\n"
        "except OSError:\n"
        "    x.numpy()\n"
    )
    assert raising_lines(body) == [7]


def test_an_exception_goes_on_outwards_until_a_handler_catches_it() -> None:
    body = (
        "class Mine(ValueError): pass\n"
        "class More(Mine): pass\n"
        "log = [torch.ones(2)]\n"
        "def f():\n"
        "    log[0] = t\n"
        "    raise More(t)\n"
        "try:\n"
        "    try:\n"
        "        f()\n"
        "    except KeyError:\n"
        "        pass\n"
        "except Mine as error:\n"
        "    reveal_grad(log[0])\n"
    )
    assert "YES" in revealed(body)


def test_what_a_handler_is_sure_to_catch_goes_no_further() -> None:
    body = (
        "def f():\n"
        "    x = torch.ones(2)\n"
        "    try:\n"
        "        x = t\n"
        "        raise ValueError\n"
        "    except ValueError:\n"
        "        x = x.detach()\n"
        "    reveal_grad(x)\n"
        "try:\n"
        "    f()\n"
        "finally:\n"
        "    reveal_grad(t)\n"
    )
    assert set(revealed(body)[:-1]) == {"NO"}
    assert revealed(body)[-1] == "YES"


def test_the_value_of_an_exception_reaches_its_handler() -> None:
    body = (
        "class Found(Exception):\n"
        "    def __init__(self, value):\n"
        "        self.value = value\n"
        "def f():\n"
        "    raise Found(t)\n"
        "try:\n"
        "    f()\n"
        "except Found as found:\n"
        "    reveal_grad(found.value)\n"
    )
    assert "YES" in revealed(body)


def test_else_runs_only_behind_a_body_that_went_well() -> None:
    body = "try:\n    raise ValueError\nexcept ValueError:\n    pass\nelse:\n    reveal_grad(t)\n"
    assert revealed(body) == []


BOTH = {"RuntimeError", "TypeError"}


@pytest.mark.parametrize(
    ("handlers", "caught"),
    [
        ("except RuntimeError:\n    pass", {"RuntimeError"}),
        ("except (OSError, TypeError) as error:\n    print(error)", {"TypeError"}),
        ("except Exception:\n    pass", BOTH),
        ("except:\n    pass", BOTH),
        ("except KeyboardInterrupt:\n    pass", set()),
        ("except RuntimeError as error:\n    print(error)\n    raise", {}),
        ("except RuntimeError as error:\n    raise ValueError from error", {}),
        ("except RuntimeError:\n    raise\nexcept Exception:\n    pass", {"TypeError"}),
        ("finally:\n    pass", set()),
    ],
)
def test_a_crossing_says_which_errors_do_not_go_on_from_there(
    handlers: str, caught: set[str]
) -> None:
    found = visits(f"try:\n    t.numpy()\n{handlers}\nt.numpy()\n")
    lines = sorted(found)
    assert {visit.swallowed for visit in found[lines[0]]} == {frozenset(caught)}
    assert {visit.swallowed for visit in found[lines[-1]]} <= {frozenset()}


def test_the_name_of_a_handler_is_gone_behind_it() -> None:
    body = (
        "error = t\n"
        "try:\n"
        "    raise ValueError\n"
        "except ValueError as error:\n"
        "    pass\n"
        "error.numpy()\n"
    )
    assert raising_lines(body) == []
