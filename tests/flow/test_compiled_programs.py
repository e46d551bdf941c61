"""What `torch.compile` compiles converts no tensors: programs of the flow documents, in a process.

Whatever replaces `Tensor.numpy` to watch it would be compiled as well, so nothing is watched here: a
marked line must raise by itself.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from flow_documents import Program, all_programs

COMPILING = [p for p in all_programs() if "torch.compile(" in p.text and p.place == "unexecuted"]


def guarded(program: Program) -> str:
    """The program, of which each top-level line that raises says so and is passed over."""
    return (
        "import ast, traceback\n"
        f"text = {program.text!r}\n"
        "for node in ast.parse(text).body:\n"
        "    try:\n"
        "        exec(compile(ast.Module([node], []), 'program', 'exec'), globals())\n"
        "    except RuntimeError as error:\n"
        "        print(traceback.extract_tb(error.__traceback__)[-1].lineno)\n"
    )


@pytest.mark.parametrize("program", COMPILING, ids=lambda program: program.name)
def test_only_marked_lines_raise(program: Program) -> None:
    done = subprocess.run(
        [sys.executable, "-c", guarded(program)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert {int(line) for line in done.stdout.split()} == set(program.errors)


def test_there_are_such_programs() -> None:
    assert len(COMPILING) >= 2
