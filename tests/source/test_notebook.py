"""Notebooks as programs: what is read, where it stands, and how it is changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_notebooks import dumped, notebook, sources

from detachlint.source.change import Change, splice
from detachlint.source.notebook import NotebookText, decode_notebook
from detachlint.source.text import SourceText, Undecodable

CODE = ("import torch\n%cd ..", "x = 'é'\nprint(x)", "y = 2")


def read(*cells: str, **settings: str) -> NotebookText:
    return decode_notebook(notebook(*cells, **settings), "nb.ipynb")


def mark(source: SourceText, text: str, end: str | None = None) -> Any:
    start = source.text.index(text)
    stop = source.text.index(end) + len(end) if end else start + len(text)
    return source.span(start, stop)


# --- reading -----------------------------------------------------------------------------------


def test_code_cells_in_order_are_one_program() -> None:
    assert read(*CODE).text == "import torch\n#cd ..\nx = 'é'\nprint(x)\ny = 2"


@pytest.mark.parametrize("language", ["R", "julia", "javascript"])
def test_a_notebook_of_another_language_holds_no_program(language: str) -> None:
    assert read(*CODE, language=language).text == ""


def test_a_cell_of_another_language_is_no_part_of_the_program() -> None:
    data = json.loads(notebook(*CODE))
    data["cells"][2]["metadata"] = {"vscode": {"languageId": "sql"}}
    text = decode_notebook(json.dumps(data).encode(), "nb.ipynb").text
    assert text == "import torch\n#cd ..\ny = 2"


@pytest.mark.parametrize(
    ("data", "line", "column", "message"),
    [
        (b"", 1, 0, "invalid JSON: Expecting value"),
        (b'{"cells":\n "\xc3\xa9", x}', 2, 7, "invalid JSON: "),
        (b"{}\n\xff", 2, 0, "byte 0xff is not utf-8 text"),
        (b"[]", 1, 0, "not a notebook: `nbformat` is missing"),
        (b'{"nbformat": 3, "worksheets": []}', 1, 0, "notebooks of format 3 are not read"),
        (b'{"nbformat": 4}', 1, 0, "not a notebook: `cells` is missing"),
        (b"[" * 100_000, 1, 0, "invalid JSON: nested too deeply"),
        (b'{"nbformat": %s}' % (b"9" * 5000), 1, 0, "invalid JSON: Exceeds the limit"),
        (b"\xff\xfe{\0}\0", 1, 0, "the file is UTF-16"),
    ],
)
def test_what_is_no_notebook_is_refused_at_its_place(
    data: bytes, line: int, column: int, message: str
) -> None:
    with pytest.raises(Undecodable) as caught:
        decode_notebook(data, "nb.ipynb")
    assert caught.value.message.startswith(message)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize("source", [None, 3, [1], {"a": "b"}, "x\0", ["a", "\ud800"]])
def test_what_is_no_text_in_a_cell_is_refused_at_its_place(source: Any) -> None:
    data = dumped(["x = 1", source], indent=1)
    with pytest.raises(Undecodable, match="cell 2") as caught:
        decode_notebook(data, "nb.ipynb")
    lines = data.decode().split("\n")
    assert '"source": ' in lines[caught.value.line - 1]
    assert caught.value.line > 10


def test_cells_that_hold_nothing_are_no_trouble() -> None:
    data = json.loads(dumped(["", [], [""], "x = 1"]))
    data["cells"] += [{"cell_type": "code"}, "no cell", {"cell_type": "raw", "source": "!"}]
    assert decode_notebook(json.dumps(data).encode(), "nb.ipynb").text == "\n\nx = 1"


def test_a_cell_that_is_indented_as_a_whole_runs() -> None:
    source = read("a = 1", "\n  x = 1\n  y = 2", "  # note", "b = 2")
    assert source.text == "a = 1\nif 1:\n\n  x = 1\n  y = 2\n  # note\nb = 2"
    assert source.place(mark(source, "y = 2")) == ((3, 3), (3, 8), 3)
    assert source.place(mark(source, "b = 2")) == ((1, 1), (1, 6), 5)


def test_the_last_of_equal_members_counts() -> None:
    data = dumped(["x = 1"]).replace(b'"source":', b'"source": "y", "source":')
    assert decode_notebook(data, "nb.ipynb").text == "x = 1"


# --- places ------------------------------------------------------------------------------------


def test_places_count_in_cells_of_all_kinds() -> None:
    source = read(*CODE)
    start, end, cell = source.place(mark(source, "print(x)"))
    assert (cell, start, end) == (3, (2, 1), (2, 9))
    assert source.line_name(1) == "line 1 of cell 2"
    assert source.line_name(4) == "line 2 of cell 3"
    assert source.line_name(5) == "line 1 of cell 4"


def test_an_excerpt_is_the_cell_as_it_is_on_the_screen() -> None:
    source = read(*CODE)
    shown, span, _ = source.excerpt(mark(source, "torch"))
    assert shown.text == CODE[0]
    assert shown.slice(span) == "torch"


def test_an_excerpt_ends_with_its_cell() -> None:
    source = read(*CODE)
    shown, span, cell = source.excerpt(mark(source, "x = ", "y = 2"))
    assert (cell, shown.slice(span)) == (3, CODE[1])


@pytest.mark.parametrize("ensure_ascii", [True, False])
@pytest.mark.parametrize("indent", [None, 1])
def test_stored_places_are_those_of_the_json(ensure_ascii: bool, indent: int | None) -> None:
    cells = [["x = 'é😀'; ", "y = 1\n", "z\t= 2"], 'w = "\\"\n'.replace("\\", "\\\\")]
    data = dumped(cells, ensure_ascii=ensure_ascii, indent=indent)
    source = decode_notebook(data, "nb.ipynb")
    for words in ("y = 1", "z", "= 2", "w = ", "é😀", "x = 'é😀'; y = 1"):
        raw = source.stored.slice(source.stored_span(mark(source, words)))
        decoded = "".join(json.loads(f'["{raw}"]'))
        assert decoded == words
    assert source.stored.text == data.decode()


# --- changing ----------------------------------------------------------------------------------


def change(source: SourceText, old: str, new: str) -> Change:
    start = source.text.index(old)
    return Change(start, start + len(old), new)


def test_a_change_touches_nothing_but_its_place() -> None:
    data = notebook("x = 'é'\nprint(a.b)", "y = 2")
    source = decode_notebook(data, "nb.ipynb")
    after = source.edited([change(source, "a.b", "a.c().b"), change(source, "2", "'ü'")])
    assert source.with_content_of(after) == data.replace(b"a.b", b"a.c().b").replace(
        b"y = 2", "y = 'ü'".encode()
    )


def test_new_characters_are_spelled_as_the_file_spells_them() -> None:
    data = dumped(["x = 'é'"], ensure_ascii=True)
    source = decode_notebook(data, "nb.ipynb")
    after = source.edited([change(source, "x", 'ü"\\')])
    assert source.with_content_of(after) == data.replace(b'"x = ', b'"\\u00fc\\"\\\\ = ')


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + notebook("x = one"),
        notebook("x = one").rstrip(b"\n"),
        notebook("x = one").replace(b"\n", b"\r\n"),
        dumped(["x = one"], separators=(",", ":")),
        dumped([["x = one"]], indent="\t"),
        dumped([["x", " = one", ""]]),
        notebook("x = one").replace(b'"x = ', b'"\\u0078 \\u003d '),
        notebook("x = one").replace(b'"x = one"', b'"",\n"x = one", ""'),
    ],
)
@pytest.mark.parametrize("new", ["two", "f(one)", ""])
def test_whatever_the_layout_it_stays(content: bytes, new: str) -> None:
    source = decode_notebook(content, "nb.ipynb")
    assert source.with_content_of(source) == content
    after = source.edited([change(source, "one", new)])
    assert source.with_content_of(after) == content.replace(b"one", new.encode())


def test_lines_of_a_list_stay_lines_of_a_list() -> None:
    data = notebook("a = 1\nb = 2\nc = 3")
    source = decode_notebook(data, "nb.ipynb")
    after = source.edited([change(source, "a = 1", "a =\\\n 1"), change(source, "b = 2\n", "")])
    changed = json.loads(source.with_content_of(after))
    assert changed["cells"][1]["source"] == ["a =\\\n", " 1\n", "c = 3"]
    assert sources(source.with_content_of(after))[1] == "a =\\\n 1\nc = 3"
    assert b'    "a =\\\\\\n",\n    " 1\\n",\n    "c = 3"\n' in source.with_content_of(after)


def test_a_list_of_one_line_may_grow() -> None:
    data = notebook("a = 1")
    source = decode_notebook(data, "nb.ipynb")
    after = source.with_content_of(source.edited([change(source, "a", "b = 2\na")]))
    assert b'[\n    "b = 2\\n",\n    "a = 1"\n   ]' in after


def test_a_string_stays_a_string() -> None:
    data = dumped(["a = 1"])
    source = decode_notebook(data, "nb.ipynb")
    after = source.with_content_of(source.edited([change(source, "a", "b = 2\na")]))
    assert after == data.replace(b'"a = 1"', b'"b = 2\\na = 1"')


def test_a_change_does_not_reach_into_the_next_cell() -> None:
    source = read("a = 1  # gone", "b = 2")
    after = source.edited([Change(5, source.text.index("b"), "")])
    assert sources(source.with_content_of(after))[1:] == ["a = 1", "b = 2"]


_CHARACTERS = st.sampled_from([*'ab \n\r\t"\\é😀/,[]{}', "\u2028", "\x7f"])
_LINES = st.lists(st.text(_CHARACTERS, max_size=5), max_size=4)


@given(
    st.lists(st.one_of(_LINES, st.text(_CHARACTERS, max_size=8)), min_size=1, max_size=3),
    st.sampled_from([None, 1, "\t"]),
    st.booleans(),
    st.data(),
)
def test_any_change_changes_the_program_alone(
    cells: list[Any], indent: Any, ensure_ascii: bool, choices: st.DataObject
) -> None:
    data = dumped(cells, indent=indent, ensure_ascii=ensure_ascii)
    source = decode_notebook(data, "nb.ipynb")
    if not source.cells:
        return
    cell = choices.draw(st.sampled_from(source.cells))
    number = cell.number - 1
    start = choices.draw(st.integers(cell.start, cell.end))
    end = choices.draw(st.integers(start, cell.end))
    new = Change(start, end, choices.draw(st.text(_CHARACTERS, max_size=5)))
    after = source.edited([new])
    texts = ["".join(each) for each in cells]
    texts[number] = splice(
        texts[number], [Change(start - cell.start, end - cell.start, new.content)]
    )
    changed = json.loads(source.with_content_of(after))
    assert ["".join(each["source"]) for each in changed["cells"]] == texts
    assert [type(each["source"]) for each in changed["cells"]] == list(map(type, cells))
    for each in changed["cells"]:
        each["source"] = None
    untouched = json.loads(data)
    for each in untouched["cells"]:
        each["source"] = None
    assert changed == untouched
