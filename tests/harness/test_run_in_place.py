"""Programs that are run in place are started as ever, and all their processes are observed."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from detachlint.harness.command import Outcome, run_in_place
from detachlint.harness.observation import Crossing
from detachlint.harness.runner import HarnessError
from detachlint.source.span import Span

# --- programs without PyTorch: what they see ----------------------------------------------------

SEES = """\
import json, os, sys
print(json.dumps({
    "argv": sys.argv, "path": sys.path, "name": __name__, "file": __file__, "cwd": os.getcwd(),
    "stdin": sys.stdin.read(), "spec": getattr(__spec__, "name", ""),
    "flags": str(sys.flags), "main": sorted(globals()), "custom": getattr(sys, "custom", None),
}))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def seen_by(command: list[str], given: bytes) -> tuple[object, object]:
    """What `SEES` printed: unobserved, and observed, with the same input."""
    plain = subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True).stdout
    observed = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from detachlint.harness.command import run_in_place as run;"
            "sys.exit(run(sys.argv[1:]).exit_code)",
            *command,
        ],
        input=given,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    return json.loads(plain), json.loads(observed)


@pytest.mark.parametrize(
    "arguments", [["sees.py", "--a", "b"], ["-m", "sees", "-c"], ["-O", "sees.py"], ["-"]]
)
def test_a_program_sees_what_it_would_see_unobserved(project: Path, arguments: list[str]) -> None:
    (project / "sees.py").write_text(SEES)
    given = b"some input\n" if arguments != ["-"] else SEES.replace("__file__", "''").encode()
    plain, observed = seen_by([sys.executable, *arguments], given)
    assert observed == plain


def test_the_environments_own_start_up_still_happens(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "sees.py").write_text(SEES)
    (project / "own").mkdir()
    (project / "own" / "sitecustomize.py").write_text("import sys; sys.custom = __file__\n")
    monkeypatch.setenv("PYTHONPATH", str(project / "own"), prepend=":")
    plain, observed = seen_by([sys.executable, "sees.py"], b"")
    assert observed == plain
    assert isinstance(plain, dict) and plain["custom"] == str(project / "own" / "sitecustomize.py")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pass", 0),
        ("raise SystemExit(3)", 3),
        ("1 / 0", 1),
        ("import os; os._exit(4)", 4),
        ("import os; os.kill(os.getpid(), 9)", 137),
    ],
)
def test_the_exit_code_is_the_programs(text: str, code: int) -> None:
    outcome = run_in_place([sys.executable, "-c", text])
    assert outcome.exit_code == code
    assert outcome.record.processes == 0  # none imported PyTorch


def test_what_cannot_be_started_is_said(project: Path) -> None:
    with pytest.raises(HarnessError, match=r"cannot run \./nothing: No such file"):
        run_in_place(["./nothing"])


# --- a program with PyTorch and processes of all kinds ------------------------------------------

PROGRAM = """\
import os, sys
assert not [name for name in sys.modules if name.endswith("harness.observer")]
import torch, threading, multiprocessing


def convert(times):
    for _ in range(times):
        torch.ones(1).numpy()


class Items(torch.utils.data.Dataset):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        return torch.from_numpy(torch.ones(2).numpy())


def catch():
    try:
        torch.ones(1, requires_grad=True).numpy()
    except RuntimeError:
        print("caught")


if __name__ == "__main__":
    convert(3)
    for method in ("fork", "spawn", "forkserver"):
        child = multiprocessing.get_context(method).Process(target=convert, args=(5,))
        child.start()
        child.join()
    threads = [threading.Thread(target=convert, args=(7,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for item in torch.utils.data.DataLoader(Items(), num_workers=2):
        pass
    if os.fork() == 0:
        convert(4)
        os._exit(0)
    os.wait()
    catch()
    print((torch.ones(1, requires_grad=True)
           .cpu()
           .numpy()))
"""


def line_of(text: str) -> int:
    [line] = [n for n, content in enumerate(PROGRAM.splitlines(), 1) if text in content]
    return line


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Outcome, str]]:
    """The program's outcome, and what it wrote to standard error."""
    path = tmp_path_factory.mktemp("project") / "program.py"
    path.write_text(PROGRAM)
    run = (
        "import pickle, sys; from detachlint.harness.command import run_in_place as run;"
        "outcome = run(sys.argv[1:]); open('outcome', 'wb').write(pickle.dumps(outcome))"
    )
    done = subprocess.run(
        [sys.executable, "-c", run, sys.executable, str(path)],
        cwd=path.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=True,
    )
    yield pickle.loads((path.parent / "outcome").read_bytes()), done.stderr.decode()


def crossings_at(outcome: Outcome, text: str) -> list[Crossing]:
    line = line_of(text)
    found = [each for each in outcome.record.crossings if each.line == line]
    assert {Path(each.filename).name for each in found} == {"program.py"}
    assert all(Path(each.filename).is_absolute() for each in found)
    return found


def test_the_crossings_of_all_processes_and_threads_are_added_up(
    finished: tuple[Outcome, str],
) -> None:
    outcome, _ = finished
    # Main, three children, two threads; the bare fork ended without a word: at least its crossings.
    [crossing] = crossings_at(outcome, "        torch.ones(1).numpy()")
    assert crossing.count == 3 + 3 * 5 + 2 * 7 + 4
    [crossing] = crossings_at(outcome, "torch.from_numpy")
    assert crossing.count == 6
    assert outcome.record.processes == 1 + 3 + 2 + 1


def test_what_a_handler_caught_is_seen(finished: tuple[Outcome, str]) -> None:
    [crossing] = crossings_at(finished[0], "torch.ones(1, requires_grad=True).numpy()")
    assert crossing.refused_for_grad


def test_what_ended_the_program_is_seen_with_its_place(finished: tuple[Outcome, str]) -> None:
    outcome, errors = finished
    [uncaught] = outcome.record.uncaught
    line = line_of("           .numpy()))")
    assert (uncaught.type, uncaught.line, outcome.exit_code) == ("RuntimeError", line, 1)
    if sys.version_info >= (3, 11):
        assert uncaught.span == Span(line, 12, line, 19)
    assert errors.startswith("Traceback")
    assert "observer" not in errors  # the traceback is that of the program alone


def test_the_programs_files_are_known(finished: tuple[Outcome, str]) -> None:
    assert {Path(name).name for name in finished[0].record.files} == {"program.py"}


HANDLED = """\
import threading, sys, traceback, torch
import numpy as np
w = torch.ones(1, requires_grad=True)
thread = threading.Thread(target=w.numpy, name="T")
thread.start()
thread.join()
try:
    w.numpy()
except RuntimeError as error:
    first = error
try:
    np.mean(w)
except TypeError as error:
    raise ExceptionGroup("both", [first, error]) from first
"""


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups of exceptions")
def test_what_is_printed_of_exceptions_is_what_it_would_be_unobserved(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (project / "a.py").write_text(HANDLED)
    plain = subprocess.run([sys.executable, "a.py"], stderr=subprocess.PIPE, check=False).stderr
    outcome = run_in_place([sys.executable, "a.py"])
    assert [each.line for each in outcome.record.crossings] == [0, 8, 12]
    assert capfd.readouterr().err == plain.decode()


def test_keeping_going_goes_on_to_the_last_line(project: Path) -> None:
    (project / "a.py").write_text(
        "import torch, os\nw = torch.ones(2, requires_grad=True)\n"
        "for _ in range(5):\n    w.numpy()\n(w * 2).numpy()\nos._exit(0)\n"
    )
    outcome = run_in_place([sys.executable, "a.py"], keep_going=True)
    assert (outcome.exit_code, outcome.record.uncaught) == (0, ())
    counts = [(c.line, c.refused_for_grad, c.count) for c in outcome.record.crossings]
    assert counts == [(4, True, 5), (5, True, 1)]


@pytest.mark.parametrize(
    ("package", "places"),
    [
        ("", {("", 0)}),
        ("no_such_package", {("", 0)}),
        ("installed", {("work.py", 3)}),
        ("installed.work", {("work.py", 3)}),
        ("installed.other", {("", 0)}),
        ("single", {("single.py", 2)}),
    ],
)
def test_an_installed_package_is_the_programs_own_on_request(
    project: Path, monkeypatch: pytest.MonkeyPatch, package: str, places: set[tuple[str, int]]
) -> None:
    monkeypatch.setenv("PYTHONUSERBASE", str(project / "base"))
    base = {"userbase": str(project / "base")}
    site = Path(sysconfig.get_path("purelib", sysconfig.get_preferred_scheme("user"), base))
    (site / "installed").mkdir(parents=True)
    (site / "installed" / "__init__.py").write_text("import torch\n")
    crosses = "import torch\ndef work():\n    torch.ones(1).numpy()\nwork()\n"
    (site / "installed" / "work.py").write_text(crosses)
    (site / "single.py").write_text("import torch\ntorch.ones(1).numpy()\n")
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=":")
    name = "single" if package == "single" else "installed.work"
    outcome = run_in_place([sys.executable, "-m", name], packages=[package] if package else [])
    assert outcome.exit_code == 0
    found = {(Path(each.filename).name, each.line) for each in outcome.record.crossings}
    assert found == places
    files = {Path(file).name for file in outcome.record.files}
    assert (places == {("", 0)} and not files) or {filename for filename, _ in places} <= files


def test_other_methods_are_observed_on_request(project: Path) -> None:
    (project / "a.py").write_text(
        "import torch, numpy\nw = torch.ones(1, requires_grad=True)\n"
        "float(w.item())\nfloat(w.detach())\nw.tolist()\ntorch.ones(1).numpy()\n"
        "numpy.from_dlpack(w.detach())\n"
    )
    methods = ("item", "tolist", "__float__")
    outcome = run_in_place([sys.executable, "a.py"], methods=methods)
    assert outcome.exit_code == 0
    found = [(crossing.line, crossing.method) for crossing in outcome.record.crossings]
    expected = [(3, "item"), (4, "__float__"), (5, "tolist"), (6, "numpy"), (7, "__dlpack__")]
    assert found == expected


def test_a_process_that_cannot_be_observed_goes_on(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (project / "a.py").write_text("import torch\nprint(torch.ones(1).numpy())\n")
    outcome = run_in_place([sys.executable, "a.py"], methods=["no_such_method"])
    assert (outcome.exit_code, outcome.record.crossings) == (0, ())
    output = capfd.readouterr()
    assert output.out == "[1.]\n"
    assert output.err.startswith("detachlint: a process is not observed: AttributeError: ")
    assert output.err.count("\n") == 1
