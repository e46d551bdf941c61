"""The documents in `goldens/`: a program, and the IR that it is lowered to.

A section is a heading, perhaps some prose, a `python` block and a `text` block. `Needs Python 3.N`
in the prose skips it on older versions. Run as a script, this file writes the `text` blocks anew,
to be read before they are committed: `PYTHONPATH=. python tests/lower/test_goldens.py`.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from ir_walk import walk
from test_properties import NODE_KINDS

from detachlint.ir.printing import render_code
from detachlint.lower import lower_module

_SECTION = re.compile(
    r"^## (?P<title>.+?)\n(?P<prose>.*?)```python\n(?P<source>.*?)```\n\s*```text\n(?P<ir>.*?)```",
    re.MULTILINE | re.DOTALL,
)

_FAMILIES = (ast.expr, ast.stmt, ast.pattern, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)


_DOCUMENTS = sorted((Path(__file__).parent / "goldens").glob("*.md"))


class Golden(NamedTuple):
    needs: tuple[int, ...]
    source: str
    ir: str

    @classmethod
    def of(cls, section: re.Match[str]) -> Golden:
        needs = re.search(r"Needs Python (\d+)\.(\d+)", section["prose"])
        version = tuple(map(int, needs.groups())) if needs else (3, 10)
        return cls(version, section["source"], section["ir"])


def _goldens() -> dict[str, Golden]:
    found: dict[str, Golden] = {}
    for path in _DOCUMENTS:
        text = path.read_text("utf-8")
        sections = {match["title"]: Golden.of(match) for match in _SECTION.finditer(text)}
        assert len(sections) == len(re.findall("^## ", text, re.MULTILINE)), path.name
        found.update({f"{path.stem}: {title}": golden for title, golden in sections.items()})
    return found


def _lowered(source: str) -> str:
    return render_code(lower_module(ast.parse(source), "program"))


GOLDENS = _goldens()


@pytest.mark.parametrize("name", GOLDENS)
def test_golden(name: str) -> None:
    golden = GOLDENS[name]
    if sys.version_info < golden.needs:
        pytest.skip(f"needs Python {golden.needs}")
    assert _lowered(golden.source) == golden.ir, f"the program:\n{golden.source}"


def test_every_construct_of_python_has_a_golden() -> None:
    shown: set[type] = set()
    for golden in GOLDENS.values():
        if sys.version_info >= golden.needs:
            shown |= {type(node) for node in ast.walk(ast.parse(golden.source))}
    concrete = {
        kind
        for kind in vars(ast).values()
        if isinstance(kind, type)
        and issubclass(kind, _FAMILIES)
        and not kind.__subclasses__()
        and kind.__module__ == "ast"
        and not issubclass(kind, ast.Constant)
    }
    assert {kind.__name__ for kind in concrete - shown} == set()


def test_every_node_of_the_ir_has_a_golden() -> None:
    shown: set[type] = set()
    for golden in GOLDENS.values():
        if sys.version_info >= golden.needs:
            code = lower_module(ast.parse(golden.source), "program")
            shown |= {type(node) for node, _, _ in walk(code)}
    assert {kind.__name__ for kind in NODE_KINDS - shown} == set()


def _rewritten(section: re.Match[str]) -> str:
    golden = Golden.of(section)
    if sys.version_info < golden.needs:
        return section[0]
    return f"{section[0][: section.start('ir') - section.start()]}{_lowered(golden.source)}```"


if __name__ == "__main__":
    for document in _DOCUMENTS:
        text = _SECTION.sub(_rewritten, document.read_text("utf-8"))
        document.write_text(text, "utf-8")
