"""What is read off the lines of a file: imports, and what it does when it is imported."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from detachlint.project.outline import ImportLine, deeds_in, imports_in


def imported(
    module: str, *names: str, level: int = 0, called: str = "", inner: bool = False
) -> ImportLine:
    """An import of names (`"a"` or `"a as b"`), or of the module itself as `called`."""
    pairs = tuple((name.split()[0], name.split()[-1]) for name in names)
    return ImportLine(level, module, None if called else pairs, called, inner)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a", [imported("a", called="a")]),
        ("import a.b as c, d", [imported("a.b", called="c"), imported("d", called="d")]),
        ("import a.b", [imported("a.b", called="a")]),
        ("from a import b", [imported("a", "b")]),
        ("from . import b as c", [imported("", "b as c", level=1)]),
        (
            "from ..a import (\n    b,  # why\n    c as d,\n)\n",
            [imported("a", "b", "c as d", level=2)],
        ),
        ("from a import *", [imported("a", "*")]),
        ("try:\n    import a\nexcept ImportError:\n    pass\n", [imported("a", called="a")]),
        ("class A:\n    def f():\n        import a\n", [imported("a", called="a", inner=True)]),
        ("important = 1\nfromage = 2\n", []),
    ],
)
def test_imports(text: str, expected: list[ImportLine]) -> None:
    assert list(imports_in(text)) == expected


def in_syntax(text: str) -> set[tuple[int, str]]:
    """Level and module of the imports in a syntax tree that stand at the start of a line."""
    lines = text.splitlines()
    found: set[tuple[int, str]] = set()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        if not lines[node.lineno - 1].lstrip().startswith(("import", "from")):
            continue  # behind a colon or a semicolon: not looked for
        if isinstance(node, ast.ImportFrom):
            found.add((node.level, node.module or ""))
        else:
            found |= {(0, alias.name) for alias in node.names}
    return found


def test_no_import_of_the_standard_library_is_overlooked() -> None:
    for path in sorted(Path(ast.__file__).parent.glob("*.py"))[:150]:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert in_syntax(text) <= {(line.level, line.module) for line in imports_in(text)}, path


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@register('x')\nclass A: pass\n", {"register"}),
        ("REGISTRY['x'] = f\n", {"REGISTRY"}),
        ("bus.on('x', f)\n", {"bus"}),
        ("config.device = 'cpu'\n", {"config"}),
        ("x = f(1)\ndef g():\n    h()\n", set()),
        ("if config.device == 1: pass\n", set()),
    ],
)
def test_deeds(text: str, called: set[str]) -> None:
    assert set(deeds_in(text).called) == called


def test_bases_of_classes_are_seen() -> None:
    assert {"Base", "Mixin"} <= deeds_in("class A(Base, m.Mixin):\n    pass\n").derived_from


@pytest.mark.parametrize(
    ("text", "switches"),
    [
        ("torch.set_grad_enabled(False)", True),
        ("try:\n    import apex\nexcept ImportError:\n    set_grad_enabled(False)", True),
        ("torch.no_grad().__enter__()", True),
        ("def quiet():\n    torch.set_grad_enabled(False)\n\n\nquiet()", True),
        ("def quiet():\n    torch.set_grad_enabled(False)\n\n\nother()", False),
        ("with torch.set_grad_enabled(False):\n    f()", False),
        ("@torch.set_grad_enabled(False)\ndef f():\n    pass", False),
        ('if __name__ == "__main__":\n    torch.set_grad_enabled(False)', False),
        ("# torch.set_grad_enabled(False)", False),
        ("    torch.set_grad_enabled(False", False),
    ],
)
def test_grad_mode_left_switched_on_import(text: str, switches: bool) -> None:
    assert deeds_in(text).switches is switches
