"""`detachlint run`: which words are the program's, what is said at the end, how it exits."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from detachlint.cli import run_report
from detachlint.cli.main import command
from detachlint.harness import command as harness_command
from detachlint.harness.command import Outcome
from detachlint.harness.journal import Record
from detachlint.harness.observation import Crossing, Uncaught
from detachlint.source.span import Span

GRAD = "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
PROGRAM = """\
import torch
import numpy as np
w = torch.ones(2, requires_grad=True)
s = 'ä'; w.numpy()
def f():
    return (w * 2).numpy()
np.asarray(unknown(w))
"""


def crossing(line: int, start: int, end: int, **changes: object) -> Crossing:
    known: dict[str, object] = {
        "method": "numpy",
        "filename": os.path.realpath("a.py"),
        "line": line,
        "span": Span(line, start, line, end),
        "requires_grad": True,
        "grad_mode": True,
        "is_leaf": True,
        "grad_fn": None,
        "device": "cpu",
        "dtype": "torch.float32",
        "layout": "torch.strided",
        "outcome": "RuntimeError",
        "message": GRAD,
    }
    return Crossing(**{**known, **changes})  # type: ignore[arg-type]


@pytest.fixture
def project(project: Path) -> Path:
    (project / "a.py").write_text(PROGRAM)
    return project


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Sequence[str], bool]]:
    """The commands that would have been started, all of which do nothing."""
    commands: list[tuple[Sequence[str], bool]] = []

    def start(command: Sequence[str], *, keep_going: bool, **_: object) -> Outcome:
        commands.append((command, keep_going))
        return Outcome(0, Record())

    monkeypatch.setattr(harness_command, "run_in_place", start)
    return commands


def ends_with(monkeypatch: pytest.MonkeyPatch, exit_code: int, *events: object) -> None:
    record = Record(
        crossings=tuple(event for event in events if isinstance(event, Crossing)),
        files=frozenset({os.path.realpath("a.py")}),
        uncaught=tuple(event for event in events if isinstance(event, Uncaught)),
        processes=1,
    )
    outcome = Outcome(exit_code, record)
    monkeypatch.setattr(harness_command, "run_in_place", lambda *_, **__: outcome)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["run", *arguments])


# --- arguments ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "program"),
    [
        (["a.py"], ["a.py"]),
        (["a.py", "--keep-going", "-m", "--", "x"], ["a.py", "--keep-going", "-m", "--", "x"]),
        (["-m", "pkg.mod", "--json", "x"], ["-m", "pkg.mod", "--json", "x"]),
        (["--json", "out", "a.py", "-h"], ["a.py", "-h"]),
        (["--json=out", "-m", "mod"], ["-m", "mod"]),
        (["--observe", "item", "--observe", "float", "a.py"], ["a.py"]),
        (["--package", "a", "-m", "a.b"], ["-m", "a.b"]),
        (["-"], ["-"]),
    ],
)
def test_what_follows_the_program_is_its_own(
    project: Path,
    started: list[tuple[Sequence[str], bool]],
    arguments: list[str],
    program: list[str],
) -> None:
    assert run(*arguments).exit_code == 0
    assert started == [([sys.executable, *program], False)]


def test_any_command_can_be_run(
    project: Path, started: list[tuple[Sequence[str], bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("--keep-going", "--", "sh", "-c", "x").exit_code == 0
    # One of this environment that is not on the PATH, because it was not activated.
    monkeypatch.setenv("PATH", "/nowhere")
    name = Path(sys.executable).name
    assert run("--", name, "a.py").exit_code == 0
    [(shell, keep_going), (python, _)] = started
    assert (Path(shell[0]).name, list(shell[1:]), keep_going) == ("sh", ["-c", "x"], True)
    assert list(python) == [str(Path(sys.executable).parent / name), "a.py"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name a program"),
        (["--keep-going"], "name a program"),
        (["-m"], "name a program"),
        (["--"], "name a program"),
        (["--nonsense", "a.py"], "No such option"),
        (["--observe", "sum", "a.py"], "'sum' is not one of"),
        (["nothing.py"], "there is no script nothing.py"),
        (["--", "no-such-command"], "there is no command no-such-command"),
        (["--json", "no/such/folder/x", "a.py"], "No such file"),
    ],
)
def test_mistakes_are_said_before_anything_is_started(
    project: Path, started: list[tuple[Sequence[str], bool]], arguments: list[str], words: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert started == []


def test_without_pytorch_there_is_one_line(
    project: Path,
    started: list[tuple[Sequence[str], bool]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    result = run("a.py")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("detachlint: PyTorch is not installed beside detachlint (")
    assert result.stderr.count("\n") == 1
    assert started == []


def test_the_help_says_that_it_executes() -> None:
    result = run("--help")
    assert "EXECUTE" in result.stdout
    forms = "SCRIPT [ARGS]... | -m MODULE [ARGS]... | -- COMMAND [ARGS]..."
    assert forms in " ".join(result.stdout.split())


# --- report ------------------------------------------------------------------------------------


def test_failures_are_named_with_what_the_analysis_said(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_with(monkeypatch, 1, crossing(4, 10, 19, count=3), crossing(7, 0, 22, method="__array__"))
    result = run("a.py")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "a.py:4:10: `numpy` raised RuntimeError 3 times\n"
        f"  {GRAD}\n"
        "  DTL101 (certain) confirmed\n"
        "a.py:7:1: `__array__` raised RuntimeError\n"
        f"  {GRAD}\n"
        "  missed by the static analysis\n"
        "a.py:6:12: DTL101 not reached\n"
        "detachlint: 2 places where tensors become arrays, 2 raised; "
        "2 findings: 1 confirmed, 1 not reached; 1 missed\n"
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyboardInterrupt(), "the analysis of the program's files was interrupted"),
        (OSError("gone"), "the program's files could not be analysed: OSError: gone"),
    ],
)
def test_what_was_seen_is_told_though_the_analysis_fails(
    project: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, told: str
) -> None:
    def fails(_: object) -> None:
        raise error

    monkeypatch.setattr(run_report, "static_findings", fails)
    ends_with(monkeypatch, 1, crossing(4, 10, 19))
    result = run("a.py")
    assert result.exit_code == 1
    assert result.stderr == (
        "a.py:4:10: `numpy` raised RuntimeError\n"
        f"  {GRAD}\n"
        "  not analysed\n"
        "detachlint: 1 place where tensors become arrays, 1 raised; 0 findings; 0 missed\n"
        f"detachlint: {told}\n"
    )


def test_what_is_in_no_file_is_not_called_missed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_input = crossing(0, 0, 0, filename="", span=None)
    ends_with(monkeypatch, 1, from_input, crossing(7, 0, 22, filename=os.path.realpath("gone.py")))
    assert run("a.py").stderr == (
        "outside of the program's files: `numpy` raised RuntimeError\n"
        f"  {GRAD}\n"
        "  not analysed\n"
        "gone.py:7:1: `numpy` raised RuntimeError\n"
        f"  {GRAD}\n"
        "  not analysed\n"
        "a.py:4:10: DTL101 not reached\n"
        "a.py:6:12: DTL101 not reached\n"
        "detachlint: 2 places where tensors become arrays, 2 raised; "
        "2 findings: 2 not reached; 0 missed\n"
    )


def test_a_certain_finding_can_be_refuted(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends_with(monkeypatch, 0, crossing(4, 10, 19, requires_grad=False, outcome="ok", message=""))
    result = run("a.py")
    assert result.exit_code == 0
    assert "a.py:4:10: DTL101 refuted: it was reached, and nothing was raised\n" in result.stderr
    assert "1 refuted" in result.stderr.splitlines()[-1]


def test_what_a_comment_silences_is_not_missed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silenced = PROGRAM.replace("w.numpy()\n", "w.numpy()  # noqa: DTL101\n")
    silenced = silenced.replace("(w * 2).numpy()\n", "(w * 2).numpy()  # noqa\n")
    (project / "a.py").write_text(silenced)
    ends_with(monkeypatch, 1, crossing(4, 10, 19))
    assert run("--json", "out.json", "a.py").stderr == (
        "a.py:4:10: `numpy` raised RuntimeError\n"
        f"  {GRAD}\n"
        "  DTL101 (certain) confirmed, silenced by a comment\n"
        "detachlint: 1 place where tensors become arrays, 1 raised; 1 finding: 1 confirmed; 0 missed\n"
    )
    value = json.loads((project / "out.json").read_text())
    assert [finding["silenced"] for finding in value["findings"]] == [True, True]


@pytest.mark.parametrize(
    ("options", "program", "code"),
    [((), 0, 0), ((), 5, 5), (("--keep-going",), 0, 1), (("--keep-going",), 5, 5)],
)
def test_the_exit_code_is_the_programs_unless_it_was_kept_going(
    project: Path, monkeypatch: pytest.MonkeyPatch, options: Sequence[str], program: int, code: int
) -> None:
    ends_with(monkeypatch, program, crossing(4, 10, 19))
    result = run(*options, "a.py")
    assert result.exit_code == code
    assert ("would have raised" in result.stderr) == bool(options)


def test_nothing_to_keep_going_from_is_no_failure(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_with(monkeypatch, 0)
    assert run("--keep-going", "a.py").exit_code == 0


def test_everything_is_in_the_json(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uncaught = Uncaught("RuntimeError", GRAD, os.path.realpath("a.py"), 4, None)
    unplaced = crossing(0, 0, 0, filename="", span=None)
    ends_with(monkeypatch, 1, crossing(4, 10, 19), uncaught, unplaced)
    assert run("--json", "out.json", "a.py").exit_code == 1
    value = json.loads((project / "out.json").read_text())
    assert (value["exit_code"], value["processes"]) == (1, 1)
    first, second = value["crossings"]
    assert (first["filename"], first["grad_fn"], first["missed"]) == ("a.py", None, False)
    assert (first["location"], first["end_location"]) == (
        {"row": 4, "column": 10},
        {"row": 4, "column": 19},
    )
    assert (second["filename"], second["location"], second["missed"]) == ("", None, False)
    [error] = value["uncaught"]
    assert (error["filename"], error["line"]) == ("a.py", 4)
    confirmed, not_reached = value["findings"]
    assert (confirmed["code"], confirmed["status"]) == ("DTL101", "confirmed")
    assert (not_reached["location"], not_reached["status"]) == (
        {"row": 6, "column": 12},
        "not reached",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk is needed")
def test_the_report_is_there_though_the_json_cannot_be_written(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_with(monkeypatch, 1, crossing(4, 10, 19))
    result = run("--json", "/dev/full", "a.py")
    assert isinstance(result.exception, OSError)
    assert result.stderr.startswith("a.py:4:10: `numpy` raised RuntimeError\n")


def test_a_program_without_pytorch_is_said_to_be_one(
    project: Path, started: list[tuple[Sequence[str], bool]]
) -> None:
    assert run("a.py").stderr == ("detachlint: nothing was observed: PyTorch was not imported\n")


# --- processes ---------------------------------------------------------------------------------

WAITS = """\
import signal, sys, time
count = []
def end(number, frame):
    print("ended by", signal.Signals(number).name, flush=True)
    sys.exit(7)
signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGINT, end)
print("ready", flush=True)
while not count:
    time.sleep(0.05)
"""
AT_END = """\
time.sleep(0.5)
print("interrupted", len(count), "times")
sys.exit(7)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_go_to_the_program_and_the_report_still_comes(
    project: Path, number: signal.Signals
) -> None:
    (project / "waits.py").write_text(WAITS)
    process = subprocess.Popen(
        [sys.executable, "-m", "detachlint", "run", "waits.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # no terminal, so that an interrupt comes from `kill`
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert (stdout, process.returncode) == (f"ended by {number.name}\n", 7)
    assert stderr == "detachlint: nothing was observed: PyTorch was not imported\n"


def test_an_interrupt_from_the_terminal_reaches_the_program_once(project: Path) -> None:
    (project / "waits.py").write_text(WAITS.replace("sys.exit(7)", "count.append(number)") + AT_END)
    process, terminal = pty.fork()
    if process == 0:
        os.execv(sys.executable, [sys.executable, "-m", "detachlint", "run", "waits.py"])
    output = b""
    while b"ready" not in output:
        output += os.read(terminal, 1024)
    os.write(terminal, b"\x03")
    while b"nothing was observed" not in output:
        output += os.read(terminal, 1024)
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    assert b"interrupted 1 times" in output
    assert os.waitstatus_to_exitcode(status) == 7


def test_checking_and_fixing_execute_nothing(project: Path) -> None:
    (project / "a.py").write_text(f"open('executed', 'w').close()\n{PROGRAM}")
    for arguments in (["check", "a.py"], ["fix", "a.py"], ["check", "--add-noqa", "."]):
        assert CliRunner().invoke(command, arguments).exit_code in (0, 1)
    subprocess.run([sys.executable, "-m", "flake8", "--isolated", "a.py"], capture_output=True)
    assert not (project / "executed").exists()
    assert ".detach()" in (project / "a.py").read_text()


def test_checking_and_fixing_load_nothing_of_the_harness(project: Path) -> None:
    for arguments in (["check", "a.py"], ["fix", "--diff", "a.py"], ["rule", "--all"]):
        program = (
            "import sys, detachlint.cli.main as m\n"
            f"try: m.main({arguments})\n"
            "except SystemExit: pass\n"
            "print([name for name in sys.modules if name.startswith('detachlint.harness')])"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
        assert done.stdout.splitlines()[-1] == b"[]"
