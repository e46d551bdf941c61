"""The command as a process: streams, signals, start-up."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from terminals import shown_on_terminal

from detachlint import __version__
from detachlint.cli import linting
from detachlint.cli.main import main
from detachlint.cli.terminal import wants_colour

CROSSING = "import torch\n\nmodel = torch.nn.Linear(2, 2)\na = '日', model(torch.ones(2)).numpy()\n"
COMMAND = [sys.executable, "-m", "detachlint"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "a.py").write_text(CROSSING)
    return tmp_path


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_the_version_is_printed() -> None:
    assert run("--version").stdout.decode() == f"detachlint {__version__}\n"


def test_start_up_imports_nothing_heavy(project: Path) -> None:
    (project / "a.py").write_text("import torch\nx = torch.ones(1)\n")
    for arguments in (["--version"], ["check", "."]):
        program = (
            "import sys, detachlint.cli.main as m\n"
            f"try: m.main({arguments})\n"
            "except SystemExit as e: assert e.code == 0, e.code\n"
            "heavy = ('libcst', 'torch', 'numpy', 'pathspec', 'detachlint.interpret')\n"
            "print([name for name in heavy if name in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
        assert done.stdout.splitlines()[-1] == b"[]"


@pytest.mark.parametrize(
    ("watching", "taken_apart"),
    [("", False), ("sys.setprofile(lambda *event: None)", True)],
)
def test_the_process_ends_without_taking_its_objects_apart(
    project: Path, watching: str, taken_apart: bool
) -> None:
    """Unless somebody watches how Python ends."""
    program = (
        "import atexit, sys\nfrom detachlint.__main__ import main\n"
        "atexit.register(lambda: print('taken apart', file=sys.stderr))\n"
        f"sys.argv = ['detachlint', 'check', 'a.py', '-q', '--output-file', 'out']\n{watching}\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (b"taken apart" in done.stderr) is taken_apart
    assert done.returncode == 1
    assert b"DTL101" in Path("out").read_bytes()


def test_the_exit_code_is_that_of_the_command(project: Path) -> None:
    assert run("check").returncode == 1
    assert run("check", "--exit-zero").returncode == 0
    assert run("check", "nope.py").returncode == 2
    assert run("check", "--nonsense").returncode == 2
    assert run().returncode == 2


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["chekc"], "No such command 'chekc'. Did you mean 'check'? (see `detachlint --help`)"),
        (["check", "--nonsense"], "No such option '--nonsense'"),
        (["check", "--select"], "Option '--select' requires an argument"),
        (["verify"], "Missing argument 'PATHS...' (see `detachlint verify --help`)"),
        (["check", "--output-format", "xml"], "Invalid value for '--output-format': 'xml' is not "),
        (["verify", "--json", "no/where", "."], "Invalid value for '--json': 'no/where': No such"),
        (["run"], "name a program: SCRIPT [ARGS]... | -m MODULE [ARGS]... | -- COMMAND [ARGS]... "),
    ],
)
def test_a_mistaken_command_line_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"detachlint: {line}")
    assert output.err.count("\n") == 1


def test_no_command_at_all_is_answered_with_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    output = capsys.readouterr()
    assert "Commands:" in output.err + output.out


def test_colours_are_for_terminals(project: Path) -> None:
    assert b"\x1b" not in run("check").stdout
    assert b"\x1b[1;31mDTL101\x1b[0m" in run("check", FORCE_COLOR="1").stdout
    assert b"\x1b" not in run("check", FORCE_COLOR="1", NO_COLOR="1").stdout
    assert b"\x1b[1;31mDTL101\x1b[0m" in on_terminal("check")
    assert b"\x1b[31m-a = " in on_terminal("check", "--diff")
    # Progress, which a slow machine shows, is no colour.
    assert re.search(rb"\x1b\[[\d;]*m", on_terminal("check", NO_COLOR="1")) is None
    assert b"\x1b" not in on_terminal("check", TERM="dumb")


def on_terminal(*arguments: str, **environment: str) -> bytes:
    return shown_on_terminal([*COMMAND, *arguments], environment)


def test_empty_variables_decide_nothing() -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    assert wants_colour(Terminal(), {"NO_COLOR": "", "FORCE_COLOR": ""})  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp932", "utf-16"])
def test_any_output_encoding_will_do(project: Path, encoding: str) -> None:
    Path("a.py").rename("日.py")
    done = run("check", PYTHONIOENCODING=encoding)
    assert done.returncode == 1
    assert "DTL101" in done.stdout.decode(encoding)
    assert b"Traceback" not in done.stderr


def test_file_names_that_are_no_text_are_printed(project: Path) -> None:
    Path("a.py").rename(os.fsdecode(b"\xff.py"))
    done = run("check", "--output-format", "concise", PYTHONIOENCODING="utf-8")
    assert done.stdout.startswith(b"\\udcff.py:4:10: DTL101")
    assert run("check", "--output-format", "json").returncode == 1
    diff = run("check", "--diff")
    assert diff.stdout.startswith(b"--- \xff.py\n+++ \xff.py\n")


def test_a_reader_that_goes_away_is_no_error(project: Path) -> None:
    for number in range(20):  # of which more is said than a pipe holds
        (project / f"b{number}.py").write_text(CROSSING * 30)
    process = subprocess.Popen([*COMMAND, "check"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) != 0


def test_a_full_disk_is_one_line(project: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "check"], stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )
    assert done.returncode == 2
    assert done.stderr == b"detachlint: cannot write: No space left on device\n"


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a folder stays while somebody is in it")
def test_a_folder_that_is_gone_is_one_line(project: Path) -> None:
    (project / "gone").mkdir()
    done = subprocess.run(
        ["sh", "-c", 'rmdir ../gone && exec "$@"', "sh", *COMMAND, "check", str(project / "a.py")],
        cwd=project / "gone",
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (2, b"detachlint: this folder is gone\n")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["check", "b.py"], 2), (["check", "-v", "a.py"], 1), (["check", "-v", "c.py"], 0)],
)
def test_complaints_that_cannot_be_written_change_no_exit_code(
    project: Path, arguments: list[str], code: int
) -> None:
    (project / "c.py").write_text("import torch\nprint(torch.ones(2).numpy())\n")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=full, check=False, timeout=60
        )
        assert done.returncode == code
        assert (b"DTL101" in done.stdout) == (code == 1)
        both = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=full, check=False)
    assert both.returncode == 2


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error(project: Path, redirection: str) -> None:
    line = f"{sys.executable} -m detachlint check a.py - nope.py {redirection}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=False, timeout=60)
    assert done.returncode == 2
    assert b"Traceback" not in done.stdout + done.stderr
    line = f"{sys.executable} -m detachlint check a.py {redirection}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=False, timeout=60)
    assert done.returncode == 1
    assert b"Traceback" not in done.stdout + done.stderr


def test_an_interrupt_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(linting, "read_standard_input", interrupt)
    with pytest.raises(SystemExit) as caught:
        main(["check", "-"])
    assert caught.value.code == 130
    output = capsys.readouterr()
    assert (output.out.strip(), output.err.strip()) == ("", "")
