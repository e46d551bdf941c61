"""Bytes to text and back, and positions in between."""

from __future__ import annotations

import ast
import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detachlint.source.span import Span
from detachlint.source.text import SourceText, Undecodable, Unencodable, decode

FILES = {
    "empty": b"",
    "plain": b"x = 1\n",
    "no final newline": b"x = 1",
    "byte order mark": codecs.BOM_UTF8 + b"x = 1\n",
    "byte order mark alone": codecs.BOM_UTF8,
    "byte order mark and cookie": codecs.BOM_UTF8 + b"# coding: utf-8\nx = 1\n",
    "crlf": b"x = 1\r\ny = 2\r\n",
    "carriage returns": b"x = 1\ry = 2\r",
    "all line breaks mixed": b"x = 1\r\ny = 2\nz = 3\rw = 4",
    "form feed": b"x = 1\n\x0c\ny = 2\n",
    "tabs": b"if x:\n\ty = 1\n",
    "latin-1 cookie": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    "latin-1 cookie in line two": b"#!/bin/python\n# vim: set fileencoding=latin-1 :\nx = '\xe9'",
    "latin-1 cookie after a carriage return": b"#!/usr/bin/python\r# coding: latin-1\rx = '\xe9'",
    "euc-jp cookie": "# coding: euc-jp\nx = '日本'\n".encode("euc-jp"),
    "utf-8": "x = 'é日😀\u2028'\n".encode(),
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_unchanged_text_gives_the_same_bytes(data: bytes) -> None:
    source = decode(data, "f.py")
    assert source.encode(source.text) == data


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_text_is_what_python_reads(data: bytes) -> None:
    assert ast.dump(ast.parse(decode(data, "f.py").text)) == ast.dump(ast.parse(data))


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_changed_text_keeps_all_other_bytes(data: bytes) -> None:
    source = decode(data, "f.py")
    assert source.encode(source.text + "# end") == data + b"# end"


def test_text_holds_no_byte_order_mark() -> None:
    source = decode(codecs.BOM_UTF8 + b"x", "f.py")
    assert (source.text, source.has_bom) == ("x", True)
    assert SourceText.from_text("\ufeffx", "f.py").text == "x"


@pytest.mark.parametrize(
    ("data", "line", "column", "words"),
    [
        (b"x = 1\ny = '\xe9'\n", 2, 5, "0xe9"),
        (b"x = 1\r\ny\0", 2, 1, "NUL"),
        (b"\0" * 10, 1, 0, "NUL"),
        (b"# coding: no-such-thing\n", 1, 0, "no-such-thing"),
        (b"# coding: rot13\n", 1, 0, "rot13"),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", 1, 0, "utf-8"),
        ("x = 1\n".encode("utf-16"), 1, 0, "UTF-16"),
        (b"# coding: utf-7\n\nx = '+AAA-'\n", 3, 5, "NUL"),
        (b"# coding: utf-7\nx = '+2AA-'\n", 2, 5, "surrogate"),
    ],
)
def test_undecodable_bytes_say_where_and_why(
    data: bytes, line: int, column: int, words: str
) -> None:
    with pytest.raises(Undecodable) as caught:
        decode(data, "f.py")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message


@given(st.binary(max_size=60))
def test_any_bytes_are_decoded_faithfully_or_refused(data: bytes) -> None:
    try:
        source = decode(data, "f.py")
    except Undecodable as error:
        assert error.line >= 1
        assert error.column >= 0
    else:
        assert source.encode(source.text) == data


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_characters_no_program_contains_are_refused(text: str) -> None:
    with pytest.raises(Undecodable) as caught:
        SourceText.from_text(text, "f.py")
    assert caught.value.column == 1


def test_characters_that_the_encoding_lacks_are_refused() -> None:
    source = decode(b"# coding: ascii\n", "f.py")
    with pytest.raises(Unencodable, match="ascii"):
        source.encode(source.text + "é")


def test_encodings_with_several_spellings_of_a_text_are_left_alone() -> None:
    data = b"# coding: utf-7\nx = '+AGEAYg-'\n"
    source = decode(data, "f.py")
    assert source.text.endswith("x = 'ab'\n")
    assert source.encode(source.text) == data
    with pytest.raises(Unencodable, match="side effects"):
        source.encode(source.text + "y = 1\n")


# --- positions ---------------------------------------------------------------------------------


LINE_BREAKS = "a = 1\r\nb = 2\rc = 3\nd = '''\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029'''\n\x0ce = 5\n"


def test_line_breaks_are_counted_as_python_counts_them() -> None:
    source = SourceText.from_text(LINE_BREAKS, "f.py")
    for statement in ast.parse(LINE_BREAKS).body:
        assert isinstance(statement, ast.Assign)
        target = statement.targets[0]
        assert isinstance(target, ast.Name)
        assert target.end_lineno is not None
        assert target.end_col_offset is not None
        span = Span(target.lineno, target.col_offset, target.end_lineno, target.end_col_offset)
        assert source.slice(span) == target.id
    assert source.line_count == 6


@pytest.mark.parametrize(
    "text",
    [
        "x = f(é, 日, y)",
        "x = '😀' + y.z",
        "def f():\n\treturn 'é', y\n",
        "x = (\n'é',\r\n'日' , y)",
    ],
)
def test_slices_are_the_segments_that_python_names(text: str) -> None:
    source = SourceText.from_text(text, "f.py")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.expr):
            assert node.end_lineno is not None
            assert node.end_col_offset is not None
            span = Span(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
            segment = source.slice(span).replace("\r\n", "\n")
            assert segment == ast.get_source_segment(text.replace("\r\n", "\n"), node)


def test_locations_count_characters_from_one() -> None:
    source = SourceText.from_text("é\n日本 x\n", "f.py")
    start, end = source.location(Span(2, 7, 2, 8))
    assert (start.row, start.column) == (2, 4)
    assert (end.row, end.column) == (2, 5)


TEXTS = st.text(st.sampled_from("ab é日😀\t\x0c\u2028\r\n"), max_size=30)


@given(TEXTS, st.data())
def test_span_and_offset_are_inverse(text: str, data: st.DataObject) -> None:
    source = SourceText.from_text(text, "f.py")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = source.span(start, end)
    assert source.offset(span.line, span.column) == start
    assert source.slice(span) == text[start:end]


@given(TEXTS, st.integers(-2, 40), st.integers(-2, 40))
def test_positions_outside_the_text_are_moved_into_it(text: str, line: int, column: int) -> None:
    source = SourceText.from_text(text, "f.py")
    assert 0 <= source.offset(line, column) <= len(text)
    start, _ = source.location(Span(line, column, line, column))
    assert 1 <= start.row <= source.line_count


@given(TEXTS)
def test_lines_put_together_are_the_text(text: str) -> None:
    source = SourceText.from_text(text, "f.py")
    lines = [source.line(row) for row in range(1, source.line_count + 1)]
    assert "\n".join(lines) == text.replace("\r\n", "\n").replace("\r", "\n")
    assert source.line(0) == source.line(source.line_count + 1) == ""
