"""Programs that fork: what their processes do, how they end, what they need together."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from limited_runs import LIMITS, REFUSED, children_of, linux_only

from detachlint.harness.observation import Verdict
from detachlint.harness.runner import Mode, Runner


@linux_only
def test_what_all_processes_need_together_counts() -> None:
    text = "import os, time\nfor _ in range(4):\n    if os.fork() == 0: break\n"
    text += "x = bytearray(SIZE)\nx[::4096] = bytes([1]) * len(x[::4096])\ntime.sleep(1)\n"
    with Runner(replace(LIMITS, memory=300 << 20)) as runner:
        inherited = "y = bytearray(150 << 20)\ny[::4096] = bytes([1]) * len(y[::4096])\n"
        seen = runner.run(inherited + text.replace("SIZE", "1 << 20"))
        assert seen.verdict is Verdict.FINISHED, "what forks share was counted for each"
        seen = runner.run(text.replace("SIZE", "100 << 20"))
        assert (seen.verdict, seen.detail) == (Verdict.MEMORY, "needed more than 314572800 bytes")
        assert runner.run(text.replace("SIZE", "10 << 20")).verdict is Verdict.FINISHED


def test_a_program_ends_when_its_own_process_does_not_when_a_fork_comes_to_the_end(
    runner: Runner,
) -> None:
    text = REFUSED.replace("weight.numpy()", "forked = [os.fork(), os.fork()]\nif all(forked):")
    text += "    for _ in forked: os.wait()\n    print('waited')\n    weight.numpy()\n"
    seen = runner.run("import os\n" + text + "print('end')\n")
    assert (seen.verdict, seen.detail, seen.refused_lines()) == (Verdict.FINISHED, "", {8})
    assert seen.stdout.splitlines().count("waited") == 1
    assert seen.error is not None


@linux_only
def test_a_fork_ends_as_it_would(runner: Runner) -> None:
    text = """\
import os, sys
def status_of(end):
    process = os.fork()
    if process == 0:
        end()
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
print(status_of(lambda: sys.exit(3)), status_of(lambda: sys.exit()), status_of(lambda: sys.exit('no')))
sys.stdout.flush()  # or a fork has it to print, too
print(status_of(lambda: os._exit(4)), status_of(lambda: 1 / 0))
"""
    seen = runner.run(text)
    assert (seen.verdict, seen.error) == (Verdict.FINISHED, None)
    assert seen.stdout == "3 0 1\n4 1\n"
    assert "ZeroDivisionError" in seen.stderr and "no" in seen.stderr.splitlines()


@linux_only
@pytest.mark.parametrize(
    "does",
    [
        "(torch.ones(3) * n).numpy()",
        "os.write(1, b'x' * 100); time.sleep(0.002)",
    ],
)
def test_what_forks_still_do_at_the_end_is_not_in_the_way(runner: Runner, does: str) -> None:
    text = "import itertools, os, time\n" + REFUSED.replace("weight.numpy()\n", "")
    text += f"if os.fork() == 0:\n    for n in itertools.count():\n        {does}\n"
    seen = runner.run(text + "time.sleep(0.05)\nweight.numpy()\n", mode=Mode(digests=True))
    assert (seen.verdict, seen.detail) == (Verdict.FINISHED, "")
    assert seen.error is not None and seen.error.type == "RuntimeError"
    assert children_of(runner) == frozenset()


@linux_only
def test_a_file_that_got_the_number_of_a_pipe_is_left_alone(runner: Runner) -> None:
    text = """\
import os, torch
os.closerange(3, 1000)
files = [os.open(f"{n}.txt", os.O_CREAT | os.O_RDWR) for n in range(20)]
torch.ones(1).numpy()
if os.fork() == 0:
    torch.ones(1).numpy()
    os._exit(0)
os.wait()
os.write(1, str(sum(os.fstat(file).st_size for file in files)).encode())
"""
    assert runner.run(text).stdout == "0"
    assert "has closed what its result is sent through" in runner.run(text).stderr


@linux_only
def test_processes_that_have_ended_are_not_counted(runner: Runner) -> None:
    orphans = "import os, time\nfor _ in range(40): os.system('true &')\ntime.sleep(0.5)\n"
    assert runner.run(orphans).verdict is Verdict.FINISHED


@linux_only
def test_counts_of_workers_that_are_killed_are_exact(runner: Runner) -> None:
    text = """\
import multiprocessing, torch
def convert(number):
    return float(torch.full((2,), float(number % 3)).numpy()[0])
with multiprocessing.get_context("fork").Pool(3) as pool:
    print(sum(pool.map(convert, range(100), chunksize=1)))
"""
    seen = runner.run(text, mode=Mode(digests=True))
    assert (seen.verdict, seen.stdout) == (Verdict.FINISHED, "99.0\n")
    assert sorted(crossing.count for crossing in seen.crossings) == [33, 33, 34]


@linux_only
def test_shared_memory_of_programs_that_are_killed_is_not_left_behind(runner: Runner) -> None:
    text = """\
import multiprocessing, os
from multiprocessing.shared_memory import SharedMemory
lock, memory = multiprocessing.Lock(), SharedMemory(create=True, size=100)
os.write(1, str(len(os.listdir("/dev/shm"))).encode())
os.kill(os.getpid(), 9)
"""
    before = set(Path("/dev/shm").iterdir())
    seen = runner.run(text)
    assert seen.verdict is Verdict.DIED and int(seen.stdout) >= 1
    if has_own_shared_memory():
        assert set(Path("/dev/shm").iterdir()) <= before
        assert runner.run("import os\nprint(os.listdir('/dev/shm'))\n").stdout == "[]\n"


def has_own_shared_memory() -> bool:
    """Whether the system lets processes have that."""
    return (
        b"True"
        in subprocess.run(
            [
                sys.executable,
                "-c",
                "from detachlint.harness.limits import leave_shared_memory\n"
                "from detachlint.harness.network import leave_network\n"
                "print(leave_network() and leave_shared_memory(1 << 20))",
            ],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[2],
        ).stdout
    )
