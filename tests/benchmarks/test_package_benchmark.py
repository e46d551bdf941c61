"""The benchmark over packages, on small directories."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import package_table
import pytest
from package_files import DownloadFailed, Package, unpacked
from packages import measure

SCRIPT = Path(__file__).with_name("packages.py")
RAISES = "import torch\n\nt = torch.ones(2, requires_grad=True)\nt.numpy()\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "raises.py").write_text(RAISES)
    (folder / "plain.py").write_text("import numpy as np\nprint(np.pi)\n")
    (folder / "broken.py").write_text("import torch\nt.numpy(\n")
    return folder


def test_files_findings_and_costs_are_counted(tree: Path) -> None:
    measured = measure(tree, limit=20)
    assert (measured["files"], measured["lines"]) == (3, 8)
    assert (measured["suspect files"], measured["suspect lines"]) == (2, 6)
    assert measured["unparsable files"] == 1
    found = {(f["file"], f["line"], f["confidence"]) for f in measured["findings"]}
    raises = str(Path("inner", "raises.py"))
    assert (raises, 4, "certain") in found
    assert {file for file, _, _ in found} == {raises, "broken.py"}
    assert measured["seconds"]["check"] > 0
    assert measured["errors"] == []


def test_crossings_that_the_analysis_has_not_come_to_are_listed(tmp_path: Path) -> None:
    text = f"{RAISES}raise SystemExit\nt.numpy()\nt.numpy(force=True)\n"
    (tmp_path / "dead.py").write_text(text)
    measured = measure(tmp_path, limit=20)
    assert measured["crossings"] == 2
    assert measured["unvisited"] == ["dead.py:6"]


def test_what_is_not_modelled_is_counted(tmp_path: Path) -> None:
    (tmp_path / "template.py").write_text(
        f"try:\n    open('a')\nexcept* OSError:\n    pass\n{RAISES}"
    )
    measured = measure(tmp_path, limit=20)
    if sys.version_info >= (3, 11):
        assert "except*" in measured["unmodelled"]
    else:
        assert measured["unparsable files"] == 1


@pytest.mark.skipif(sys.platform == "win32", reason="the limit needs POSIX timers")
def test_a_file_that_takes_too_long_is_an_error(tree: Path) -> None:
    measured = measure(tree, limit=1e-4)
    assert {error["error"] for error in measured["errors"]} == {"too slow"}


def test_an_error_inside_the_tool_comes_with_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import package_measurement

    import detachlint.interpret

    def fails(*_: Any) -> Any:
        raise LookupError("no such thing")

    monkeypatch.setattr(detachlint.interpret, "analyse_module", fails)
    (tmp_path / "raises.py").write_text(RAISES)
    measurement = package_measurement.Measurement(tmp_path, limit=20)
    measurement.measure(tmp_path / "raises.py")
    (error,) = measurement.report()["errors"]
    assert "no such thing" in error["error"]
    assert "in fails" in error["traceback"]


def test_the_script_prints_a_table_and_writes_json(tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    command = [sys.executable, str(SCRIPT), "--tree", str(tree), "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "certain: " + str(Path("inner", "raises.py")) + ":4" in done.stdout
    heading, values = done.stdout.strip().splitlines()[-2:]
    assert heading.split()[:3] == ["package", "version", "files"]
    assert values.split()[0] == str(tree)
    assert len(json.loads(file.read_text())[str(tree)]["findings"]) == 2


def test_changes_name_what_came_and_went_in_packages_that_both_runs_checked() -> None:
    def run(*lines: int) -> dict[str, Any]:
        findings = [{"file": "f.py", "line": n, "confidence": "likely"} for n in lines]
        return {"findings": findings}

    before = {"timm": run(1, 2), "monai": run(9)}
    after = {"timm": run(2, 3)}
    assert package_table.changes(before, after).splitlines() == [
        "- timm f.py:1 likely",
        "+ timm f.py:3 likely",
    ]
    assert package_table.changes(after, after) == "no finding has changed"


def test_a_package_in_the_cache_is_not_downloaded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: Any, **__: Any) -> Any:
        raise AssertionError("pip was run")

    monkeypatch.setattr(subprocess, "run", forbidden)
    (tmp_path / "timm-1.0" / "timm").mkdir(parents=True)
    assert unpacked(Package("timm", "1.0", "timm"), tmp_path) == tmp_path / "timm-1.0" / "timm"


def test_a_failed_download_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(command: list[str], **_: Any) -> Any:
        return subprocess.CompletedProcess(command, 1, "", "looking\nERROR: no network\n")

    monkeypatch.setattr(subprocess, "run", refuses)
    with pytest.raises(DownloadFailed, match=r"timm==1\.0: ERROR: no network"):
        unpacked(Package("timm", "1.0", "timm"), tmp_path)
