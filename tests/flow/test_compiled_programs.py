"""What `torch.compile` compiles converts no tensors: programs of the flow documents, in a process.

Whatever replaces `Tensor.numpy` to watch it would be compiled as well, so nothing is watched here: a
marked line must raise by itself.
"""

from __future__ import annotations

import json
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


EACH_IN_A_FORK = """\
import json, os, sys, torch._dynamo
for text in json.load(sys.stdin):
    if os.fork() == 0:
        exec(text, {"__name__": "__main__"})
        break
    assert os.wait()[1] == 0
    print("end", flush=True)
"""
"""The process that imports the compiler, once for all programs."""


@pytest.fixture(scope="module")
def raising() -> dict[str, set[int]]:
    """The lines of each program that raise, by its name."""
    done = subprocess.run(
        [sys.executable, "-c", EACH_IN_A_FORK],
        input=json.dumps([guarded(program) for program in COMPILING]),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    printed = done.stdout.split("end\n")[: len(COMPILING)]
    lines = [{int(line) for line in each.split()} for each in printed]
    return {program.name: found for program, found in zip(COMPILING, lines, strict=True)}


@pytest.mark.parametrize("program", COMPILING, ids=lambda program: program.name)
def test_only_marked_lines_raise(program: Program, raising: dict[str, set[int]]) -> None:
    assert raising[program.name] == set(program.errors)


def test_there_are_such_programs() -> None:
    assert len(COMPILING) >= 2
