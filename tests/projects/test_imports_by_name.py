"""Modules that a program imports by a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from detachlint.api import check_paths
from detachlint.project.outline import (
    EVERY_MODULE,
    ImportLine,
    imports_by_beginning_in,
    imports_by_name_in,
)

WRITER = "def write(tensor):\n    return tensor.numpy()\n"
CALL = "write(torch.ones(2, requires_grad=True))\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('importlib.import_module("a")', ImportLine(0, "a", None, "", True)),
        ("__import__('a.b')", ImportLine(0, "a.b", None, "", True)),
        ('{"_target_": "a.b.C"}', ImportLine(0, "a.b", (("C", ""),), "", True)),
        ('{"C": ".parts"}', ImportLine(1, "parts", None, "", True)),
    ],
)
def test_what_a_text_may_name(text: str, expected: ImportLine) -> None:
    assert imports_by_name_in(text) == (expected,)


@pytest.mark.parametrize(
    "text", ['"a"', '"a b.c"', '"1.5"', '"..."', "'a.'", "import_module(name)"]
)
def test_texts_that_name_no_module(text: str) -> None:
    assert imports_by_name_in(text) == ()


@pytest.mark.parametrize(
    ("text", "level", "module"),
    [
        ('"models." + name', 0, "models"),
        ("f'a.b.{name}'", 0, "a.b"),
        ('f".{name}"', 1, ""),
        ('"nets.%s_net" % name', 0, "nets"),
        ('"..parts.net_{}".format(name)', 2, "parts"),
    ],
)
def test_what_the_beginning_of_a_text_may_name(text: str, level: int, module: str) -> None:
    assert imports_by_beginning_in(text) == (
        ImportLine(level, module, ((EVERY_MODULE, ""),), "", True),
    )


@pytest.mark.parametrize(
    "text", ['name.rsplit(".", 1)', '"models" + name', '"./" + name', 'f"{a}.{b}"']
)
def test_beginnings_that_name_no_package(text: str) -> None:
    assert imports_by_beginning_in(text) == ()


@pytest.mark.parametrize(
    "main",
    [
        f"import importlib\nimport torch\nwrite = importlib.import_module('tools.writer').write\n{CALL}",
        "import torch\nwrite = __import__('tools.writer').writer.write\n" + CALL,
        "import importlib\nimport torch\n\n\ndef locate(name):\n"
        "    module, name = name.rsplit('.', 1)\n"
        f"    return getattr(importlib.import_module(module), name)\n\n\n"
        f"write = locate('tools.writer.write')\n{CALL}",
        f"import torch\nimport tools\n\ntools.{CALL}",
        f"import torch\nfrom tools import write\n\n{CALL}",
    ],
)
def test_a_module_is_found_by_its_name(tmp_path: Path, main: str) -> None:
    lazy = (
        "import importlib\n\n\ndef __getattr__(name):\n"
        "    return getattr(importlib.import_module('.writer', __name__), name)\n"
    )
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text(lazy, encoding="utf-8")
    (tmp_path / "tools" / "writer.py").write_text(WRITER, encoding="utf-8")
    (tmp_path / "main.py").write_text(main, encoding="utf-8")
    found = [
        (Path(r.filename).name, f.span.line) for r in check_paths([tmp_path]) for f in r.findings
    ]
    assert found == [("writer.py", 2)]


def test_a_name_begins_with_what_a_test_has_found(tmp_path: Path) -> None:
    main = (
        "import importlib\nimport torch\n\n\ndef use(name):\n"
        "    if isinstance(name, str) and name.startswith('plain'):\n"
        "        module = importlib.import_module('tools.' + name + '_writer')\n"
        "        module.write(torch.ones(2, requires_grad=True))\n"
    )
    (tmp_path / "tools").mkdir()
    for name in ("plain_writer", "plain_text_writer", "other_writer"):
        (tmp_path / "tools" / f"{name}.py").write_text(WRITER, encoding="utf-8")
    (tmp_path / "main.py").write_text(main, encoding="utf-8")
    found = [Path(r.filename).name for r in check_paths([tmp_path]) for _ in r.findings]
    assert sorted(found) == ["plain_text_writer.py", "plain_writer.py"]
