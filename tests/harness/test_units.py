"""The programs in files, folders and documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_notebooks import notebook

from detachlint.config.configuration import Configuration
from detachlint.harness.units import Kind, Problem, Unit, read_units
from detachlint.source.span import Span
from detachlint.source.text import Location


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


def test_places_are_those_of_the_document(tmp_path: Path) -> None:
    path = tmp_path / "guide.markdown"
    path.write_text("- item\n  ```python\n  if a:\n      b\n  ```\n")
    [unit] = read_units([path], Configuration())
    assert isinstance(unit, Unit) and unit.text == "\n\nif a:\n    b\n"
    assert unit.place(Span(4, 4, 4, 5)).start == Location(4, 7)


def test_a_notebook_is_a_program_of_the_cells_that_are_python(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook("%matplotlib inline\na = 1", "b = (", "print(a)"))
    [unit] = read_units([tmp_path], Configuration())
    assert isinstance(unit, Unit) and unit.kind is Kind.NOTEBOOK
    program: dict[str, object] = {}
    exec(compile(unit.text, unit.filename, "exec"), program)
    assert program["a"] == 1
    row = next(n for n, line in enumerate(unit.text.split("\n"), 1) if line.startswith("print"))
    place = unit.place(Span(row, 0, row, 5))
    assert (place.cell, place.start) == (4, Location(1, 1))


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
