"""The cache as users meet it: options, variables, `clean`, and runs that end badly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

RAISES = "import torch\n\nt = torch.ones(2, requires_grad=True)\nt.numpy()\n"
SHORT = ("--quiet", "--output-format", "concise")
LINE = "a.py:4:1: DTL101 [*] `.numpy()` on a tensor that requires grad\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(RAISES)
    return tmp_path


def command(*arguments: str) -> list[str]:
    given = ["check", *SHORT] if arguments[:1] != ("clean",) else []
    return [sys.executable, "-m", "detachlint", *given, *arguments]


def variables(**more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DETACHLINT")}
    return {**kept, **more}


def run(folder: Path, *arguments: str, **more: str) -> tuple[int, str, str]:
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        env=variables(**more),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def entries(cache: Path) -> set[str]:
    return {path.name.partition("-")[0] for path in cache.glob("*/*")}


def test_results_are_kept_where_the_option_says(folder: Path) -> None:
    for _ in range(2):
        assert run(folder, ".", "--cache-dir", "kept") == (1, LINE, "")
    assert entries(folder / "kept") == {"run", "texts", "group", "facts"}
    # The folder is no part of what is checked, nor of what git sees.
    assert (folder / "kept" / ".gitignore").read_text() == "*\n"


def test_the_variable_and_the_platform_name_a_folder(folder: Path, tmp_path: Path) -> None:
    run(folder, ".", DETACHLINT_CACHE_DIR=str(tmp_path / "named"))
    assert entries(tmp_path / "named")
    if sys.platform == "linux":
        run(folder, ".", XDG_CACHE_HOME=str(tmp_path / "home"))
        assert entries(tmp_path / "home" / "detachlint")


def test_without_a_cache_nothing_is_read_or_written(folder: Path) -> None:
    place = str(folder / "kept")
    assert run(folder, ".", "--no-cache", "--cache-dir", place) == (1, LINE, "")
    assert run(folder, ".", DETACHLINT_NO_CACHE="1", DETACHLINT_CACHE_DIR=place) == (1, LINE, "")
    assert not Path(place).exists()


def test_clean_removes_it(folder: Path) -> None:
    run(folder, ".", "--cache-dir", "kept")
    assert run(folder, "clean", "--cache-dir", "kept") == (0, "", "detachlint: removed kept\n")
    assert not (folder / "kept").exists()
    again = run(folder, "clean", DETACHLINT_CACHE_DIR="kept")
    assert again == (0, "", "detachlint: there is no cache in kept\n")


def test_clean_leaves_what_is_none(folder: Path) -> None:
    (folder / "CACHEDIR.TAG").write_text("of somebody else")
    code, out, err = run(folder, "clean", "--cache-dir", ".")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert (folder / "a.py").exists()


def test_a_folder_that_cannot_be_made_is_told_in_one_line(folder: Path) -> None:
    code, out, err = run(folder, ".", "--cache-dir", "a.py/kept")
    assert (code, out) == (1, LINE)
    assert err == "detachlint: results are not cached: a.py/kept: Not a directory\n"


def test_damaged_entries_are_made_anew(folder: Path) -> None:
    run(folder, ".", "--cache-dir", "kept")
    for damage in (b"", b"\0" * 100, b"{"):
        for path in (folder / "kept").glob("*/*"):
            path.write_bytes(damage)
        assert run(folder, ".", "--cache-dir", "kept") == (1, LINE, "")


@pytest.mark.skipif(os.name == "nt", reason="needs kill -9")
def test_a_killed_run_does_no_harm(folder: Path) -> None:
    for number in range(5):
        (folder / f"more{number}.py").write_text(RAISES)
    expected = run(folder, ".", "--no-cache")
    for pause in (0.2, 0.4, 0.6, 0.8):
        started = subprocess.Popen(
            command(".", "--cache-dir", "kept"),
            cwd=folder,
            env=variables(),
            stdout=subprocess.DEVNULL,
        )
        time.sleep(pause)
        started.send_signal(signal.SIGKILL)
        started.wait()
        assert run(folder, ".", "--cache-dir", "kept") == expected


def limited(folder: Path, size: int, *arguments: str) -> tuple[int, str, str]:
    """A run that can write no file of more than so many bytes, as on a disk that is full."""
    import resource

    done = subprocess.run(
        arguments,
        cwd=folder,
        env=variables(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(os.name == "nt", reason="has no such limits")
@pytest.mark.parametrize("size", [0, 20, 300])
def test_a_full_disk_costs_the_cache_alone(folder: Path, size: int) -> None:
    told = "detachlint: results are not cached: kept: File too large\n"
    asked = command(".", "--cache-dir", "kept")
    assert limited(folder, size, *asked) == (1, LINE, told)
    assert not list((folder / "kept").rglob("*.tmp"))
    assert run(folder, ".", "--cache-dir", "kept") == (1, LINE, "")
    (folder / "a.py").write_text("\n" + RAISES)
    moved = LINE.replace(":4:", ":5:")
    assert limited(folder, size, *asked) == (1, moved, told)
    assert run(folder, ".", "--cache-dir", "kept") == (1, moved, "")


@pytest.mark.skipif(os.name == "nt", reason="has no such limits")
def test_a_full_disk_leaves_files_as_they_are(folder: Path) -> None:
    fix = (sys.executable, "-m", "detachlint", "fix", *SHORT, "--no-cache", ".")
    code, out, err = limited(folder, 20, *fix)
    assert (code, out, err) == (2, LINE, "detachlint: a.py: not fixed: File too large\n")
    assert [path.name for path in folder.iterdir()] == ["a.py"]
    assert (folder / "a.py").read_text() == RAISES


def test_runs_at_once_do_no_harm(folder: Path) -> None:
    started = [
        subprocess.Popen(
            command(".", "--cache-dir", "kept"),
            cwd=folder,
            env=variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(4)
    ]
    assert {process.communicate()[0] for process in started} == {LINE}


@pytest.mark.parametrize("value", ["0", "-1", "many", ""])
def test_a_wrong_number_of_processes_is_told(folder: Path, value: str) -> None:
    code, out, err = run(folder, ".", "--jobs", value)
    assert (code, out) == (2, "")
    assert "is neither a number of processes nor `auto`" in err
    assert "Traceback" not in err


def test_fixing_uses_what_checking_has_found_out(folder: Path) -> None:
    run(folder, ".", "--cache-dir", "kept")
    code, _, _ = run(folder, ".", "--fix", "--cache-dir", "kept")
    assert code == 1
    assert (folder / "a.py").read_text() == RAISES.replace("t.numpy()", "t.detach().numpy()")
    assert run(folder, ".", "--cache-dir", "kept") == (0, "", "")
