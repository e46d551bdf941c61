"""A program runs in a fresh namespace with PyTorch's defaults, and all it did is in the result."""

from __future__ import annotations

import builtins
import sys
import textwrap

import pytest
import torch

from detachlint.harness.executor import Execution, execute
from detachlint.harness.observation import ProgramError, Reveal


def run(text: str, **options: bool) -> Execution:
    return execute(textwrap.dedent(text), "snippet.py", **options)


def test_crossings_know_their_lines() -> None:
    seen = run("""\
        import torch
        weight = torch.ones(2, requires_grad=True)

        def convert(t):
            return t.numpy()

        convert(weight.detach())
        convert(weight)
        """)
    assert [(c.line, c.filename, c.outcome) for c in seen.crossings] == [
        (5, "snippet.py", "ok"),
        (5, "snippet.py", "RuntimeError"),
    ]
    assert seen.error is not None
    assert (seen.error.type, seen.error.line) == ("RuntimeError", 5)


def test_keeping_going_shows_all_bad_lines_of_one_run() -> None:
    seen = run(
        """\
        import torch
        weight = torch.ones(2, requires_grad=True)
        weight.numpy()
        (weight * 2).numpy()
        weight.detach().numpy()
        """,
        keep_going=True,
    )
    assert seen.error is None
    assert [c.line for c in seen.crossings if c.refused_for_grad] == [3, 4]


def test_reveal_grad_notes_what_it_is_shown() -> None:
    seen = run("""\
        import torch
        weight = torch.ones(2, requires_grad=True)
        for value in (weight, weight.detach(), 3, None):
            assert reveal_grad(value) is None
        """)
    assert seen.error is None
    assert seen.reveals == (Reveal(4, True), Reveal(4, False), Reveal(4, None), Reveal(4, None))
    assert not hasattr(builtins, "reveal_grad")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("x = 1\nraise KeyError('a')\n", ProgramError("KeyError", "'a'", 2)),
        ("import json\njson.loads('{')\n", "JSONDecodeError"),
        ("def f(:\n", "SyntaxError"),
        ("import sys\nsys.exit(3)\n", ProgramError("SystemExit", "3", 2)),
        ("import sys\nsys.exit()\n", None),
        ("raise SystemExit(0)\n", None),
        ("def f(): f()\nf()\n", "RecursionError"),
        ("class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd\n", "Odd"),
        ("raise KeyboardInterrupt\n", ProgramError("KeyboardInterrupt", "", 1)),
    ],
)
def test_the_way_a_program_ends_is_part_of_the_result(
    text: str, error: ProgramError | str | None
) -> None:
    seen = run(text).error
    if isinstance(error, str):
        assert seen is not None and seen.type == error
        assert 1 <= seen.line <= text.count("\n")
    else:
        assert seen == error


def test_programs_start_from_pytorchs_defaults_and_leave_none_of_their_own() -> None:
    program = """\
        import torch
        reveal_grad(torch.ones(1, requires_grad=True) * 2)
        assert torch.ones(1).dtype is torch.float32
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        """
    for _ in range(2):
        seen = run(program)
        assert (seen.error, seen.reveals) == (None, (Reveal(2, True),))
    assert torch.is_grad_enabled()
    assert torch.get_default_dtype() is torch.float32


def test_a_generator_left_inside_no_grad_does_not_reach_the_next_program() -> None:
    run("""\
        import torch
        def produce():
            with torch.no_grad():
                yield 1
        kept = produce()
        next(kept)
        cycle = [kept]
        cycle.append(cycle)
        """)
    assert torch.is_grad_enabled()
    seen = run("import torch\nreveal_grad(torch.ones(1, requires_grad=True) * 2)\n")
    assert seen.reveals == (Reveal(2, True),)


def test_exceptions_that_are_the_callers_go_through() -> None:
    with pytest.raises(KeyboardInterrupt):
        execute("raise KeyboardInterrupt\n", "snippet.py", passing=(KeyboardInterrupt,))
    assert not hasattr(builtins, "reveal_grad")


def test_randomness_is_the_same_in_every_run() -> None:
    program = """\
        import random, numpy, torch
        print(random.random(), numpy.random.rand(), torch.rand(1))
        torch.rand(3).numpy()
        """
    first, second = (run(program, digests=True) for _ in range(2))
    assert first.crossings == second.crossings
    assert first.crossings[0].digest


def test_programs_are_main_modules_with_sources() -> None:
    main, arguments = sys.modules["__main__"], sys.argv
    seen = run("""\
        import inspect, sys
        assert __name__ == "__main__" and sys.modules["__main__"].__dict__ is globals()
        assert sys.argv == [__file__] == ["snippet.py"]
        def f():
            return 1
        assert inspect.getsource(f) == "def f():\\n    return 1\\n"
        """)
    assert seen.error is None
    assert sys.modules["__main__"] is main and sys.argv is arguments


def test_programs_do_not_inherit_this_codes_future() -> None:
    seen = run("""\
        def f(x: int): ...
        assert f.__annotations__ == {"x": int}
        """)
    assert seen.error is None


def test_threads_are_waited_for_at_exit() -> None:
    seen = run("""\
        import threading, time, torch
        def work():
            time.sleep(0.2)
            torch.ones(1).numpy()
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
        """)
    assert [c.line for c in seen.crossings] == [4]
