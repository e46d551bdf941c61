"""`.ci/run` runs what README.md tells people to run; tried with stand-ins for the programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from package_sources import ROOT
from readme_document import README, setup_commands

# A `python3 -m venv DIRECTORY` that makes programs which only say how they were called.
PYTHON = """#!/usr/bin/env bash
mkdir -p "$3/bin"
for name in pip pytest ruff mypy; do
    cat >"$3/bin/$name" <<'END'
#!/usr/bin/env bash
echo "called: $(basename "$0") $* [$PWD] [${OMP_NUM_THREADS-}] [${PYTHONPATH-}]"
[[ $(basename "$0") != "$FAILING" ]]
END
    chmod +x "$3/bin/$name"
done
"""

# With it, mypy takes longer than anybody waits, and the tests end while it runs.
SLOW_MYPY = """case $(basename "$0") in
    mypy) echo $$ >"$TMPDIR/../mypy"; exec sleep 60 ;;
    pytest) for _ in {1..200}; do [[ -s $TMPDIR/../mypy ]] && break; sleep 0.05; done ;;
esac
"""
RESULT = '[[ $(basename "$0") != '


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    clone = tmp_path / "a clone"
    (clone / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", clone / ".ci" / "run")
    shutil.copy(README, clone)
    (tmp_path / "scratch").mkdir()
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    return clone


def run(clone: Path, failing: str = "") -> tuple[int, list[str]]:
    """The exit code, and how the programs were called."""
    place = clone.parent
    done = subprocess.run(
        [clone / ".ci" / "run"],
        cwd=place,
        env={
            **os.environ,
            "PYTHON": str(place / "python"),
            "TMPDIR": str(place / "scratch"),
            "PYTHONPATH": "elsewhere",
            "FAILING": failing,
            "CI": "true",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    calls = [line for line in done.stdout.splitlines() if line.startswith("called: ")]
    suffix = f" [{clone}] [1] []"
    assert all(call.endswith(suffix) for call in calls), done.stdout + done.stderr
    return done.returncode, [call.removeprefix("called: ").removesuffix(suffix) for call in calls]


def test_it_runs_the_command_of_the_readme_and_the_checkers(clone: Path) -> None:
    _, command = setup_commands(README.read_text(encoding="utf-8"))
    _, install, test = command.split(" && ")
    code, calls = run(clone)
    assert code == 0
    assert calls == [
        install.removeprefix(".venv/bin/").replace("'", ""),
        test.removeprefix(".venv/bin/"),
        "ruff check .",
        "ruff format --check .",
        "mypy --strict --cache-dir=/dev/null",
    ]


@pytest.mark.parametrize("failing", ["pip", "pytest", "ruff", "mypy"])
def test_whatever_fails_fails_it(clone: Path, failing: str) -> None:
    code, calls = run(clone, failing)
    assert code != 0
    beside = () if failing == "mypy" else ("mypy",)
    assert [call for call in calls if not call.startswith(beside)][-1].startswith(failing)


def test_mypy_does_not_go_on_alone_and_what_it_has_said_is_shown(clone: Path) -> None:
    assert PYTHON.count(RESULT) == 1
    (clone.parent / "python").write_text(PYTHON.replace(RESULT, SLOW_MYPY + RESULT))
    code, calls = run(clone, "pytest")
    assert code != 0
    assert [call.split()[0] for call in calls] == ["pip", "pytest", "mypy"]
    process = (clone.parent / "mypy").read_text().strip()
    assert has_ended(int(process)), "mypy went on"


def has_ended(process: int) -> bool:
    """Whether a process has ended, or does within some seconds."""
    for _ in range(100):
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(process)], check=False, capture_output=True, text=True
        ).stdout
        if not state.strip() or state.startswith("Z"):
            return True
        time.sleep(0.05)
    return False


def test_its_environment_is_gone_afterwards(clone: Path) -> None:
    run(clone, "pytest")
    assert list((clone.parent / "scratch").iterdir()) == []


def test_a_readme_without_the_command_is_an_error(clone: Path) -> None:
    (clone / "README.md").write_text("$ .venv/bin/pytest\n")
    assert run(clone) == (2, [])
