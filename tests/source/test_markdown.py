"""Blocks of Python in Markdown."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from detachlint.source.files import decode_file
from detachlint.source.language import Language, language_of, read_extensions, searched
from detachlint.source.markdown import Block, MarkdownText
from detachlint.source.suppressions import NOTHING, read_suppressions
from detachlint.source.text import SourceText, Undecodable

PAGE = """\
# Title

```python
import torch
x = 1
```

- item:

  ~~~~py title="a"
  y = 'é'
    z = 2

 w
  ~~~~

```text
no = 1
```

`````Python
```
inner
`````
"""


def page(text: str) -> MarkdownText:
    return MarkdownText(text, "page.md")


def programs(text: str) -> list[str]:
    return [block.source.text.lstrip("\n") for block in page(text).blocks]


def test_blocks_of_python_are_programs() -> None:
    assert programs(PAGE) == ["import torch\nx = 1\n", "y = 'é'\n  z = 2\n\nw\n", "```\ninner\n"]


@pytest.mark.parametrize(
    "info",
    ["python", "py", "python3", "Python", " python ", "python title=x", "{.python}", "{python}"],
)
def test_a_block_is_python_if_it_says_so(info: str) -> None:
    assert programs(f"```{info}\nx\n```\n") == ["x\n"]


@pytest.mark.parametrize(
    "info", ["", "text", "pycon", "python-repl", "pytb", "python`x", "js python"]
)
def test_other_blocks_are_none(info: str) -> None:
    assert programs(f"```{info}\nx\n```\n") == []


def test_a_block_that_is_not_closed_ends_with_the_file() -> None:
    assert programs("```python\nx") == ["x"]
    assert programs("```python") == [""]


def test_line_breaks_are_kept() -> None:
    assert programs("```python\r\nx\r\ny\r\n```\r\n") == ["x\r\ny\r\n"]


@pytest.mark.parametrize(
    ("words", "row", "column"), [("x = 1", 5, 1), ("z", 12, 5), ("= 'é'", 11, 5)]
)
def test_places_are_those_of_the_page(words: str, row: int, column: int) -> None:
    source = page(PAGE)
    [block] = [block for block in source.blocks if words in block.source.text]
    start = block.source.text.index(words)
    span = block.outer(block.source.span(start, start + len(words)))
    assert source.slice(span) == words
    assert source.location(span)[0] == (row, column)


def changed(old: str, new: str) -> str:
    source = page(PAGE)
    texts = [block.source.text.replace(old, new) for block in source.blocks]
    return source.with_programs(texts).text


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("x = 1", "x = f(1)", {5: "x = f(1)"}),
        ("z = 2", "z = 'ü'", {12: "    z = 'ü'"}),
        ("\nw", "\nw()", {14: " w()"}),
    ],
)
def test_a_changed_program_changes_its_lines_alone(
    old: str, new: str, lines: dict[int, str]
) -> None:
    before = PAGE.split("\n")
    assert changed(old, new) == "\n".join(
        lines.get(row, line) for row, line in enumerate(before, 1)
    )


def test_new_lines_are_indented_as_their_block() -> None:
    assert "  y = 'é'\n  new\n    z = 2\n\n  w\n  ~~~~\n" in changed("'é'\n", "'é'\nnew\n")


def test_unchanged_programs_change_nothing() -> None:
    assert changed("nothing", "") == PAGE


# --- languages ---------------------------------------------------------------------------------


def test_the_extension_names_the_language() -> None:
    assert language_of("a/b.py") is Language.PYTHON
    assert language_of("b.IPYNB") is Language.NOTEBOOK
    assert language_of("README.md") is Language.MARKDOWN
    assert language_of("script") is Language.PYTHON
    assert language_of("a.txt", read_extensions(["txt:markdown"])) is Language.MARKDOWN
    assert language_of("a.md", read_extensions([".MD: Python"])) is Language.PYTHON


def test_a_walk_looks_for_added_extensions_too() -> None:
    assert searched(()) == (".py", ".ipynb")
    assert searched(read_extensions(["md:markdown"])) == (".py", ".ipynb", ".md")


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        ("md", "'md' is no `extension:language`, such as `md:markdown`"),
        (":markdown", "':markdown' is no"),
        ("a.b:python", "'a.b:python' is no"),
        ("md:rst", "'md:rst': there is no language 'rst' (known: python, ipynb, markdown)"),
    ],
)
def test_a_wrong_pair_is_refused(pair: str, reason: str) -> None:
    with pytest.raises(ValueError, match="no") as caught:
        read_extensions([pair])
    assert str(caught.value).startswith(reason)


def test_files_are_decoded_by_their_language() -> None:
    cookie = b"# coding: latin-1\n\xe9"
    assert decode_file(cookie, "a.py").text.endswith("é")
    with pytest.raises(Undecodable):
        decode_file(cookie, "a.md")
    page_text = decode_file(b"\xef\xbb\xbf```python\r\nx\r\n```", "a.md")
    assert [type(block) for block in page_text.blocks or ()] == [Block]
    assert page_text.encode(page_text.text) == b"\xef\xbb\xbf```python\r\nx\r\n```"
    assert decode_file(b'{"nbformat": 4, "cells": []}', "a.ipynb").text == ""
    assert SourceText("x", "a.py").blocks is None


# --- MyST: directives and cells -----------------------------------------------------------------

CELLS = """\
# Title  # noqa

```{code-cell} ipython3
:tags: [hide-input]
%matplotlib inline
x = 1
```

Words.  # flake8: noqa

```python
shown = 1
```

```{code-cell}
---
tags: [long]
---
if x:
    !ls
y = 2
```

```{code-cell} julia
z = 3
```

```{code-block} python
apart = 4
```
"""


def test_a_directive_may_say_that_a_block_is_python() -> None:
    assert programs("```{code-block} python\nx\n```\n```{code} py\ny\n```\n") == ["x\n", "y\n"]
    assert programs("```{code-block} pycon\nx\n```\n```{admonition} python\ny\n```\n") == []


def test_cells_are_one_program_on_their_own_rows() -> None:
    cells, shown, apart = page(CELLS).blocks
    tree = ast.parse(cells.source.text)
    assert [(type(node).__name__, node.lineno) for node in tree.body] == [
        ("Assign", 6),
        ("If", 19),
        ("Assign", 21),
    ]
    assert shown.source.text == "\n" * 11 + "shown = 1\n"
    assert apart.source.text.strip() == "apart = 4"
    assert read_suppressions(cells.source) == NOTHING


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.replace("y = 2", "y = 22"),
        lambda text: text.replace("x = 1", "import a\nx = 1").replace("y = 2", ""),
        lambda text: text.replace("shown = 1", "import b\nshown = 2"),
        lambda text: text.replace(" = ", " = 1\n\n\ny = "),
    ],
)
def test_only_what_was_changed_in_cells_is_changed(change: Callable[[str], str]) -> None:
    source = page(CELLS.replace("z = 3", "z: 3"))
    changed = source.with_programs([change(block.source.text) for block in source.blocks])
    assert changed.text == change(source.text)


def test_cells_without_an_end_or_without_code_are_no_trouble() -> None:
    assert programs("```{code-cell}\n---\nx: 1\n") == ["---\nx: 1\n"]
    assert programs("```{code-cell}\n:a: b\n```\n") == ["#\ue0001\n"]
    assert programs("```{code-cell}\n```\n") == [""]
    for text in ("```{code-cell}\n---\nx: 1\n", "```{code-cell}\n```\n"):
        source = page(text)
        assert source.with_programs([block.source.text for block in source.blocks]).text == text
