"""The programs in files, folders and documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from detachlint.config.configuration import Configuration
from detachlint.harness.units import Kind, Problem, Unit, python_blocks, read_units


def blocks(*lines: str) -> list[tuple[int, str]]:
    return list(python_blocks("".join(f"{line}\n" for line in lines)))


def test_python_blocks_are_found_with_their_lines() -> None:
    assert blocks("text", "```python", "a", "```", "```py", "b", "c", "```") == [
        (3, "a\n"),
        (6, "b\nc\n"),
    ]
    assert blocks("~~~ Python title=x", "a", "~~~") == [(2, "a\n")]
    assert blocks("```{.python3}", "a", "```") == [(2, "a\n")]


def test_other_blocks_are_passed_over_with_what_is_in_them() -> None:
    assert blocks("```", "```python", "a", "```") == []
    assert blocks("````markdown", "```python", "a", "```", "````", "```python", "b", "```") == [
        (7, "b\n")
    ]
    assert blocks("```console", "$ python", "```", "```pycon", ">>> 1", "```") == []
    assert blocks("`` `python` ``", "a") == []


def test_a_longer_fence_or_another_does_not_close_early() -> None:
    assert blocks("````python", "'''", "```", "~~~", "````") == [(2, "'''\n```\n~~~\n")]
    assert blocks("```python", "a", "`````", "b") == [(2, "a\n")]


def test_blocks_of_lists_are_shifted_and_open_ones_go_on() -> None:
    assert blocks("- item", "  ```python", "  if a:", "      b", "  ```") == [(3, "if a:\n    b\n")]
    assert blocks("```python", "a", "b") == [(2, "a\nb\n")]


def test_files_folders_and_documents_are_read(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("a\n")
    (tmp_path / "test_it.py").write_text("b\n")
    (tmp_path / "it_test.py").write_text("c\n")
    (tmp_path / "guide.md").write_text("# A\n```python\nd\n```\n```python\n>>> e\n```\n")
    (tmp_path / "notes.txt").write_text("```python\nf\n```\n")
    units = [unit for unit in read_units([tmp_path], Configuration()) if isinstance(unit, Unit)]
    shown = [(Path(unit.filename).name, unit.kind, unit.text) for unit in units]
    assert shown == [
        ("guide.md", Kind.BLOCK, "\n\nd\n"),
        ("it_test.py", Kind.TESTS, "c\n"),
        ("script.py", Kind.SCRIPT, "a\n"),
        ("test_it.py", Kind.TESTS, "b\n"),
    ]
    assert all(Path(unit.path).is_absolute() for unit in units)


@pytest.mark.parametrize(
    ("content", "message"), [(None, "No such file"), (b"\xff\xfe", "UTF-16"), (b"a\0", "NUL")]
)
def test_what_cannot_be_read_is_a_problem(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "a.py"
    if content is not None:
        path.write_bytes(content)
    [problem] = read_units([path], Configuration())
    assert isinstance(problem, Problem)
    assert problem.message.startswith(str(path)) and message in problem.message
