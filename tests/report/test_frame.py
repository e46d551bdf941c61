"""Code frames: carets stand under what they mean, whatever the line contains."""

from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detachlint.report.frame import MAXIMUM_WIDTH, code_frame
from detachlint.report.glyphs import glyphs, visible
from detachlint.report.style import Style
from detachlint.source.text import SourceText

PLAIN = Style(colour=False)


def frame(text: str, marked: str, encoding: str = "utf-8") -> list[str]:
    """The frame for the first place of `marked` in `text`."""
    source = SourceText.from_text(text, "f.py")
    start = text.index(marked)
    return code_frame(source, source.span(start, start + len(marked)), PLAIN, encoding)


def test_a_line_is_shown_with_its_surroundings() -> None:
    text = "a = 1\nb = 2\nc = 3\nd = t.numpy()\ne = 5\nf = 6\ng = 7\n"
    assert frame(text, "t.numpy()") == [
        "  |",
        "2 | b = 2",
        "3 | c = 3",
        "4 | d = t.numpy()",
        "  |     ^^^^^^^^^",
        "5 | e = 5",
        "6 | f = 6",
        "  |",
    ]


def test_blank_lines_at_the_edges_are_left_out() -> None:
    text = "a = 1\n\n\nt.numpy()\n\n\nb = 2\n"
    assert frame(text, "t.numpy()") == ["  |", "4 | t.numpy()", "  | ^^^^^^^^^", "  |"]


def test_row_numbers_are_aligned() -> None:
    text = "\n" * 7 + "a = 1\nb = 2\nt.numpy()\n"
    assert frame(text, "t.numpy()")[1:4] == [" 8 | a = 1", " 9 | b = 2", "10 | t.numpy()"]


def test_carets_run_along_all_lines_of_a_span() -> None:
    text = "x = f(\n    t\n    # why\n    .numpy()\n)\n"
    assert frame(text, "t\n    # why\n    .numpy()") == [
        "  |",
        "1 | x = f(",
        "2 |     t",
        "  |     ^",
        "3 |     # why",
        "  |     ^^^^^",
        "4 |     .numpy()",
        "  |     ^^^^^^^^",
        "5 | )",
        "  |",
    ]


def test_the_middle_of_a_long_span_is_left_out() -> None:
    marked = "f(\n" + "".join(f"    {n},\n" for n in range(50)) + ").numpy()"
    lines = frame(f"x = {marked}\n", marked)
    assert " 1 | x = f(" in lines
    assert "52 | ).numpy()" in lines
    assert lines.count("   | ...") == 1
    assert len(lines) < 25


def test_a_span_that_ends_with_a_line_break_stays_on_its_line() -> None:
    assert frame("a\nb\nc\n", "b\n") == ["  |", "1 | a", "2 | b", "  | ^", "3 | c", "  |"]


@pytest.mark.parametrize("text", ["", "x = (\n"])
def test_the_end_of_the_text_can_be_shown(text: str) -> None:
    source = SourceText.from_text(text, "f.py")
    lines = code_frame(source, source.span(len(text), len(text)), PLAIN)
    assert lines[-2].endswith("^")


@pytest.mark.parametrize(
    ("line", "shown", "carets"),
    [
        ("\tt.numpy()", "    t.numpy()", "    ^^^^^^^^^"),
        ("if x:\tt.numpy()", "if x:   t.numpy()", "        ^^^^^^^^^"),
        ("'日本', t.numpy()", "'日本', t.numpy()", "        ^^^^^^^^^"),
        ("'é', t.numpy()", "'é', t.numpy()", "     ^^^^^^^^^"),
        ("'e\u0301', t.numpy()", "'e\u0301', t.numpy()", "     ^^^^^^^^^"),
        ("\x0ct.numpy()", "\u240ct.numpy()", " ^^^^^^^^^"),
        ("'\x1b[31m', t.numpy()", "'\u241b[31m', t.numpy()", "         ^^^^^^^^^"),
        ("'\u202e', t.numpy()", "'\ufffd', t.numpy()", "     ^^^^^^^^^"),
        ("'\u2028', t.numpy()", "'\ufffd', t.numpy()", "     ^^^^^^^^^"),
        ("'\x7f\x85', t.numpy()", "'\u2421\ufffd', t.numpy()", "      ^^^^^^^^^"),
    ],
)
def test_carets_stand_under_the_span(line: str, shown: str, carets: str) -> None:
    assert frame(line, "t.numpy()")[1:3] == [f"1 | {shown}", f"  | {carets}"]


def test_wide_characters_inside_the_span_have_wide_carets() -> None:
    assert frame("f('日').numpy()", "f('日').numpy()")[2] == "  | " + "^" * 15


def test_what_the_output_cannot_show_keeps_the_carets_in_place() -> None:
    lines = frame("'日本é', t.numpy()", "t.numpy()", "ascii")
    assert lines[1:3] == ["1 | '???', t.numpy()", "  |        ^^^^^^^^^"]


def test_long_lines_are_cut_around_the_span() -> None:
    text = "x" * 5000 + " = t.numpy() + " + "y" * 5000
    code, carets = frame(text, "t.numpy()")[1:3]
    assert len(code) <= MAXIMUM_WIDTH + 12
    assert code.startswith("1 | ...xxx")
    assert code.endswith("yyy...")
    assert code[carets.index("^") : carets.rindex("^") + 1] == "t.numpy()"


@given(st.text(max_size=20), st.sampled_from(["utf-8", "ascii", "latin-1", "cp932"]))
def test_glyphs_never_control_the_terminal(line: str, encoding: str) -> None:
    for glyph in glyphs(line, encoding):
        assert not {category(character) for character in glyph.text} & {"Cc", "Cs", "Zl", "Zp"}
        assert glyph.text.encode(encoding)


def test_file_names_and_messages_stay_on_one_line() -> None:
    assert visible("plain `a.b()` é 日") == "plain `a.b()` é 日"
    assert visible("a\nb\x1b[0m\udcff\u2028\u202e") == r"a\nb\x1b[0m\udcff\u2028\u202e"
