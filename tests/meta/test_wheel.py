"""What users get: the wheel holds the whole package and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from configparser import ConfigParser
from email.parser import Parser
from pathlib import Path

import pytest
from package_sources import PACKAGE, ROOT

import detachlint

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    directory = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(directory)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    [path] = directory.glob("*.whl")
    return zipfile.ZipFile(path)


def contents(wheel: zipfile.ZipFile) -> set[str]:
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def metadata(wheel: zipfile.ZipFile, name: str) -> str:
    [path] = [entry for entry in wheel.namelist() if entry.endswith(f".dist-info/{name}")]
    return wheel.read(path).decode()


def test_it_holds_the_package_to_the_last_file(wheel: zipfile.ZipFile) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert contents(wheel) == files


def test_it_holds_the_type_marker_the_rule_pages_and_the_facts(wheel: zipfile.ZipFile) -> None:
    names = contents(wheel)
    assert "detachlint/py.typed" in names
    assert {"detachlint/rules/DTL101.md", "detachlint/rules/DTL900.md"} <= names
    assert "detachlint/knowledge/torch/calls.tsv" in names


def test_it_holds_no_tests_and_nothing_compiled(wheel: zipfile.ZipFile) -> None:
    parts = {part for name in wheel.namelist() for part in Path(name).parts}
    assert not {"tests", "__pycache__", "conftest.py"} & parts


def test_it_registers_the_command_and_the_flake8_plugin(wheel: zipfile.ZipFile) -> None:
    points = ConfigParser()
    points.optionxform = str  # type: ignore[assignment, method-assign]
    points.read_string(metadata(wheel, "entry_points.txt"))
    assert dict(points["console_scripts"]) == {"detachlint": "detachlint.__main__:main"}
    assert dict(points["flake8.extension"]) == {"DTL": "detachlint.flake8_plugin:Plugin"}


def test_its_metadata_is_that_of_the_package(wheel: zipfile.ZipFile) -> None:
    read = Parser().parsestr(metadata(wheel, "METADATA"))
    assert (read["Name"], read["Version"]) == ("detachlint", detachlint.__version__)
    assert read["Requires-Python"] == ">=3.10"
    always = [line for line in read.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert not [line for line in always if line.startswith(("torch", "numpy"))]
    assert {"flake8", "test", "verify"} <= set(read.get_all("Provides-Extra", []))
    assert str(read.get_payload()).startswith("# detachlint")
