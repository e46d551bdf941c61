"""Programs run in processes of their own, within limits, and end in one verdict each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from limited_runs import LIMITS, REFUSED, children_of, linux_only

from detachlint.harness.limits import Limits, descendants
from detachlint.harness.observation import Observation, Reveal, Verdict
from detachlint.harness.runner import (
    KEEP_GOING,
    HarnessError,
    Mode,
    Runner,
    run_program,
    run_programs,
)

STUBBORN = """\
import signal, time
for number in range(1, 60):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    time.sleep(1)
"""


def test_what_a_program_did_is_observed(runner: Runner) -> None:
    seen = runner.run("print('hello')\n" + REFUSED, filename="script.py")
    assert (seen.verdict, seen.detail, seen.stdout) == (Verdict.FINISHED, "", "hello\n")
    assert seen.error is not None
    assert (seen.error.type, seen.error.line) == ("RuntimeError", 4)
    assert seen.refused_lines() == {4}
    assert [c.filename for c in seen.crossings_at(4)] == ["script.py"]
    assert 0 < seen.seconds < LIMITS.seconds


def test_modes_reach_the_program(runner: Runner) -> None:
    seen = runner.run(REFUSED + "reveal_grad(weight)\n", mode=KEEP_GOING)
    assert (seen.error, seen.refused_lines()) == (None, {3})
    assert seen.reveals == (Reveal(4, True),)
    seen = runner.run(REFUSED, mode=Mode(keep_going=True, digests=True, methods=("numpy",)))
    assert [len(c.digest) for c in seen.crossings] == [16]


def test_observations_survive_the_way_through_json(runner: Runner) -> None:
    seen = runner.run(REFUSED + "reveal_grad(1)\n", mode=Mode(keep_going=True, digests=True))
    assert seen.crossings and seen.reveals
    assert Observation.from_json(seen.to_json()) == seen


def test_an_endless_program_is_ended(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "limits", Limits(seconds=0.7))
    started = time.monotonic()
    seen = runner.run("print('begun', flush=True)\nwhile True: pass\n")
    assert seen.verdict is Verdict.TIMEOUT
    assert "0.7 seconds" in seen.detail
    assert seen.stdout == "begun\n"
    assert time.monotonic() - started < 30
    assert runner.run(STUBBORN).verdict is Verdict.TIMEOUT


@pytest.mark.parametrize(
    "text",
    [
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n",
        "import atexit, time\natexit.register(time.sleep, 60)\n",
        "import os, time\nif os.fork() == 0:\n    time.sleep(60)\nos.wait()\n",
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()\n",
    ],
)
def test_a_program_that_waits_for_ever_is_ended(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(runner, "limits", replace(LIMITS, seconds=0.5))
    assert runner.run(text).verdict is Verdict.TIMEOUT
    assert children_of(runner) == frozenset()


def test_too_much_output_is_cut_off(runner: Runner) -> None:
    for stream in ("stdout", "stderr"):
        seen = runner.run(f"import sys\nwhile True: print('x' * 1000, file=sys.{stream})\n")
        assert seen.verdict is Verdict.OUTPUT
        assert len(getattr(seen, stream)) == LIMITS.output


def test_many_files_are_too_much_output(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "limits", replace(LIMITS, disk=5_000_000))
    text = "import os, time\nos.mkdir('d')\nfor n in range(10):\n"
    text += "    open(f'd/{n}', 'wb').write(bytes([1]) * 900_000)\ntime.sleep(60)\n"
    seen = runner.run(text)
    assert (seen.verdict, seen.detail) == (Verdict.OUTPUT, "wrote files of more than 5000000 bytes")
    assert runner.run(text.replace("range(10)", "range(3)").replace("60", "1")).detail == ""


def test_more_crossings_than_can_be_told_are_too_much_output(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "limits", replace(LIMITS, observed=20_000))
    text = "import torch\nfor n in range(1000):\n    (torch.ones(2) * n).numpy()\n"
    seen = runner.run(text, mode=Mode(digests=True))
    told = (Verdict.OUTPUT, "was observed at more than 20000 bytes")
    assert (seen.verdict, seen.detail) == told
    never_ends = text + "import time\ntime.sleep(60)\n"
    seen = runner.run(never_ends, mode=Mode(digests=True))
    assert (seen.verdict, seen.detail) == told


@linux_only
@pytest.mark.parametrize(
    "text",
    [
        "block = bytearray(1 << 32)\n",
        "import torch\ntorch.ones(1 << 32)\n",
        "import numpy\nnumpy.ones(1 << 32)\n",
        "import torch\ntorch.ones(1).numpy()\nitems = []\nwhile True: items.append(bytearray(1 << 26))\n",
    ],
)
def test_too_much_memory_is_refused(runner: Runner, text: str) -> None:
    assert runner.run(text).verdict is Verdict.MEMORY


@linux_only
def test_a_fork_bomb_is_ended_and_nothing_of_it_is_left(runner: Runner) -> None:
    seen = runner.run("import os\nwhile True: os.fork()\n")
    assert seen.verdict is Verdict.PROCESSES
    assert children_of(runner) == frozenset()


@linux_only
def test_a_daemon_that_left_its_process_group_is_found(runner: Runner) -> None:
    seen = runner.run("""\
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True: time.sleep(0.1)
    os._exit(0)
os.wait()
""")
    assert (seen.verdict, seen.error) == (Verdict.FINISHED, None)
    assert children_of(runner) == frozenset()


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("import os\nos._exit(0)\n", "exit status 0"),
        ("import os\nos._exit(7)\n", "exit status 7"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", "SIGKILL"),
        ("import ctypes\nctypes.string_at(0)\n", "SIGSEGV"),
        ("import os\nos.abort()\n", "SIGABRT"),
        (
            "import os\nfor n in range(3, 64):\n"
            "    try: os.write(n, b'[]\\n')\n    except OSError: pass\n",
            "spoilt",
        ),
        ("import os\nos.kill(os.getppid(), 9)\nwhile True: pass\n", "watched it"),
    ],
)
def test_programs_that_die_end_in_a_verdict_of_their_own(
    runner: Runner, text: str, detail: str
) -> None:
    seen = runner.run(text)
    assert seen.verdict is Verdict.DIED
    assert detail in seen.detail
    assert runner.run("print(1)\n").stdout == "1\n"


HIDES = """\
import os, sys, time
out, into = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.setsid()
        os.write(into, str(os.getpid()).encode())
        for n in range(1, 3):
            os.close(n)
        time.sleep(600)
    os._exit(0)
open({name!r}, "wb").write(os.read(out, 20))
os.kill(os.getppid(), 9)
while True: pass
"""


@linux_only
@pytest.mark.parametrize("in_place", [False, True])
def test_nothing_that_hid_outlives_the_process_that_watched_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_place: bool
) -> None:
    name = tmp_path / "process"
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Runner(LIMITS, in_place=in_place) as runner:
        seen = runner.run(HIDES.format(name=str(name)))
    assert "watched it" in seen.detail
    process = int(name.read_text())
    wait_until(lambda: not _is_running(process), "the hidden process to end")
    assert list(tmp_path.iterdir()) == [name]


@linux_only
def test_a_program_that_stops_the_process_that_watches_it_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detachlint.harness.runner._GRACE_SECONDS", 1.0)
    monkeypatch.setattr("detachlint.harness.runner._END_SECONDS", 1.0)
    name = tmp_path / "process"
    text = "import os, signal, time\n"
    text += f"open({str(name)!r}, 'w').write(str(os.getpid()))\n"
    text += "os.kill(os.getppid(), signal.SIGSTOP)\ntime.sleep(600)\n"
    with Runner(replace(LIMITS, seconds=1.0)) as runner:
        assert "watched it" in runner.run(text).detail
        wait_until(lambda: not _is_running(int(name.read_text())), "the program to end")
        assert runner.run("print(1)\n").stdout == "1\n"


def test_programs_share_nothing(runner: Runner) -> None:
    first = runner.run("""\
import os, sys, torch
torch.set_grad_enabled(False)
sys.modules["leftover"] = sys
open("leftover.txt", "w").write("x")
os.environ["LEFTOVER"] = "1"
print(os.getcwd())
""")
    assert first.error is None
    second = runner.run("""\
import os, sys, torch
assert torch.is_grad_enabled()
assert "leftover" not in sys.modules and "LEFTOVER" not in os.environ
assert os.listdir(".") == []
print(os.getcwd())
""")
    assert second.error is None
    assert first.stdout != second.stdout
    assert not Path(first.stdout.strip()).exists()


def test_programs_see_little_of_the_caller(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETACHLINT_SECRET", "1")
    with Runner(LIMITS) as fresh:
        seen = fresh.run("""\
import os, sys, tempfile
assert "DETACHLINT_SECRET" not in os.environ
assert os.environ["HOME"] == os.environ["TMPDIR"] == os.getcwd() == tempfile.gettempdir()
assert sys.stdin.read() == ""
assert os.getpid() == os.getpgid(0)
""")
    assert seen.error is None


def test_the_environment_is_a_short_list(runner: Runner) -> None:
    seen = runner.run("import os\nprint(*sorted(os.environ), sep='\\n')\n")
    settings = {"LC_ALL", "OMP_NUM_THREADS", "MKL_NUM_THREADS"}
    python = {"PYTHONUTF8", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
    own = {"DETACHLINT_OBSERVED", "DETACHLINT_PROGRAMS_IN"}
    known = {"PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR"} | own | settings | python
    assert {"PATH", "HOME"} <= set(seen.stdout.split()) <= known


def test_a_file_cannot_fill_the_disk(runner: Runner) -> None:
    seen = runner.run("""\
with open("large", "wb") as file:
    while True:
        file.write(bytes(1 << 20))
""")
    assert seen.error is not None and seen.error.type == "OSError"


def test_exit_handlers_and_threads_are_part_of_the_program(runner: Runner) -> None:
    seen = runner.run("""\
import atexit, threading, time, torch
atexit.register(lambda: print("exit handler"))
def work():
    time.sleep(0.3)
    torch.ones(1).numpy()
    print("thread")
threading.Thread(target=work).start()
print("main")
""")
    assert seen.stdout == "main\nthread\nexit handler\n"
    assert [c.line for c in seen.crossings] == [5]


def test_worker_processes_of_a_program_work(runner: Runner) -> None:
    seen = runner.run("""\
import multiprocessing, torch
def convert(value):
    return float(torch.tensor(value).numpy())
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(convert, [1.0, 2.0]))
""")
    assert (seen.verdict, seen.error, seen.stdout) == (Verdict.FINISHED, None, "[1.0, 2.0]\n")


def test_what_a_program_does_to_its_streams_is_its_own_affair(runner: Runner) -> None:
    seen = runner.run("import sys\nprint('a')\nsys.stdout.close()\nsys.stderr = None\n")
    assert seen.verdict is Verdict.FINISHED
    assert (
        runner.run("print('\\udcff'.encode('utf-8', 'surrogateescape'))\n").stdout == "b'\\xff'\n"
    )


def test_many_programs_pay_for_the_import_once() -> None:
    started = time.monotonic()
    [first] = run_programs(["import torch\n"])
    one = time.monotonic() - started
    started = time.monotonic()
    seen = run_programs(["import torch\ntorch.ones(1).numpy()\n"] * 15)
    assert time.monotonic() - started < one + 15 * 1.0
    assert first.verdict is Verdict.FINISHED
    assert {(s.verdict, s.error, len(s.crossings)) for s in seen} == {(Verdict.FINISHED, None, 1)}


def test_one_program_needs_no_runner() -> None:
    seen = run_program(REFUSED, filename="one.py", mode=KEEP_GOING, limits=LIMITS)
    assert (seen.error, seen.refused_lines()) == (None, {3})


@linux_only
def test_closing_leaves_no_process_and_no_directory() -> None:
    before = descendants(os.getpid())
    with Runner(LIMITS) as runner:
        directory = Path(runner.run("import os\nprint(os.getcwd())\n").stdout.strip()).parent
        assert directory.exists()
        assert descendants(os.getpid()) > before
    assert not directory.exists()
    assert descendants(os.getpid()) == before


@linux_only
def test_the_warm_process_dies_with_its_parent() -> None:
    starter = (
        "import os, sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from detachlint.harness.runner import Runner\n"
        "runner = Runner(); runner.run('pass')\n"
        "print(runner._process.pid, flush=True); time.sleep(60)\n"
    )
    root = str(Path(__file__).parents[2])
    with subprocess.Popen([sys.executable, "-c", starter, root], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        warm = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not _is_running(warm), "the warm process to end")


@linux_only
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_program_and_all_it_started_end_with_whoever_asked_for_it(
    tmp_path: Path, end: signal.Signals
) -> None:
    program = (
        "import os, pathlib, sys, time\n"
        "if os.fork() == 0:\n    os.setsid()\n"
        "open(sys.argv[0] + str(os.getpid()), 'w').close()\ntime.sleep(60)\n"
    )
    starter = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from detachlint.harness.runner import Runner\n"
        "Runner().run(sys.argv[2], filename=sys.argv[3])\n"
    )
    root, place = str(Path(__file__).parents[2]), tmp_path / "temporary"
    place.mkdir()
    command = [sys.executable, "-c", starter, root, program, str(tmp_path / "process-")]
    with subprocess.Popen(command, env={**os.environ, "TMPDIR": str(place)}) as parent:
        wait_until(lambda: len(list(tmp_path.glob("process-*"))) == 2, "the program to start")
        parent.send_signal(end)
    processes = [int(path.name.rpartition("-")[2]) for path in tmp_path.glob("process-*")]
    wait_until(lambda: not any(map(_is_running, processes)), "its processes to end")
    wait_until(lambda: not any(place.iterdir()), "its directories to go")


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


def _is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_python_without_pytorch_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [entry for entry in sys.path if "site-packages" not in entry]
    monkeypatch.setattr(sys, "path", [*here, str(Path(__file__).parents[2])])
    monkeypatch.setattr(sys, "executable", getattr(sys, "_base_executable", sys.executable))
    with Runner(LIMITS) as runner, pytest.raises(HarnessError, match="PyTorch cannot be run here"):
        runner.run("pass\n")


WORKS = """\
import os, torch
def work(times):
    for _ in range(times):
        torch.ones(1).numpy()
work(5)
"""


@pytest.mark.parametrize(
    ("end", "verdict"),
    [
        ("os._exit(0)", Verdict.DIED),
        ("os.abort()", Verdict.DIED),
        ("while True: pass", Verdict.TIMEOUT),
        ("while True: print('x' * 1000)", Verdict.OUTPUT),
    ],
)
def test_what_was_seen_before_a_bad_end_is_kept(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, end: str, verdict: Verdict
) -> None:
    monkeypatch.setattr(runner, "limits", replace(LIMITS, seconds=3.0))
    seen = runner.run(WORKS + end + "\n")
    assert seen.verdict is verdict
    assert [(c.line, c.outcome, c.count) for c in seen.crossings] == [(4, "ok", 5)]


def test_forked_processes_are_seen_as_well(runner: Runner) -> None:
    seen = runner.run(
        WORKS + "if os.fork() == 0:\n    work(8)\n    os._exit(0)\nos.wait()\nwork(1)\n"
    )
    assert (seen.verdict, seen.error) == (Verdict.FINISHED, None)
    assert [(c.line, c.count) for c in seen.crossings] == [(4, 6), (4, 8)]


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_processes_that_are_started_anew_are_seen_as_well(runner: Runner, method: str) -> None:
    seen = runner.run(
        "import multiprocessing, torch\ndef work(times):\n    for _ in range(times):\n"
        "        torch.ones(1).numpy()\nif __name__ == '__main__':\n    work(3)\n"
        f"    process = multiprocessing.get_context('{method}').Process(target=work, args=(5,))\n"
        "    process.start()\n    process.join()\n    print(process.exitcode)\n"
    )
    assert (seen.verdict, seen.error, seen.stdout, seen.stderr) == (
        Verdict.FINISHED,
        None,
        "0\n",
        "",
    )
    assert [(c.filename, c.line, c.count) for c in seen.crossings] == [
        ("program.py", 4, 3),
        ("program.py", 4, 5),
    ]


def test_programs_that_are_compiled_do_not_notice(runner: Runner) -> None:
    seen = runner.run("""\
import torch
def work(x):
    y = x.mean() + 2 * x
    print("a break")
    return ((y > 0).sum() + (1 - y).max()).numpy()
print(torch.compile(work, backend="eager")(torch.ones(3)))
""")
    assert (seen.error, seen.stdout, seen.stderr) == (None, "a break\n1.0\n", "")
    assert len(seen.crossings) == 1
