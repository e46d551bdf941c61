"""Any text in, a tree or one `Unparsable` out."""

from __future__ import annotations

import ast
import pickle
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detachlint.syntax.parse import Unparsable, parse_module


def failure(text: str) -> Unparsable:
    with pytest.raises(Unparsable) as caught:
        parse_module(text, "file.py")
    return caught.value


@pytest.mark.parametrize(
    "text",
    ["", "\n", "x", "x = 1", "\fx = 1\n\f\n", "x = 1\r\ny = 2\r\n", "x = 1\ry = 2\r", "# ü"],
)
def test_odd_but_legal_texts(text: str) -> None:
    assert isinstance(parse_module(text, "file.py"), ast.Module)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_numbers_do_not_depend_on_the_kind_of_line_end(end: str) -> None:
    tree = parse_module(f"x{end}\f{end}y{end}", "file.py")
    assert [node.lineno for node in tree.body] == [1, 3]
    assert failure(f"x{end}\f{end}y +{end}").line == 3


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("x = )", 1, 4),
        ("a\nb\nc d", 3, 0),
        ("print 'Python 2'", 1, 0),
        ("x = 'é' )", 1, 9),  # bytes, not characters
        ("x = 1\n    y = 2\n", 2, 4),
        ("if x:\n", 1, 5),
        ("'''never closed\n", 1, 0),
        ("x = 1\nx \0 y", 2, 2),
        ("x = 1\n'\ud800'", 2, 1),
    ],
)
def test_place_of_an_error(text: str, line: int, column: int) -> None:
    error = failure(text)
    assert error.message
    assert error.line == line
    assert abs(error.column - column) <= 2  # versions of Python differ a little


def test_place_is_inside_the_line_whatever_is_on_disk(tmp_path: Path) -> None:
    file = tmp_path / "file.py"
    file.write_text("x = '" + "ü" * 50 + "'\n", "utf-8")
    with pytest.raises(Unparsable) as caught:
        parse_module("x = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa )", str(file))
    assert (caught.value.line, caught.value.column) == (1, 37)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000,
        "-" * 100_000 + "x",
        "[" * 150 + "]" * 150 + "[" * 5_000,
        "x" + "()" * 100_000,
        "x" + " + x" * 100_000,
        "x" + ".a" * 100_000,
        "lambda: " * 50_000 + "x",
        "if x: y\n" + "elif x: y\n" * 20_000,
        "".join(" " * i + "if x:\n" for i in range(300)),
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python's own stack may overflow")
def test_exhausting_nesting(text: str) -> None:
    assert failure(text).message


def test_huge_number_is_an_error_or_a_number() -> None:
    try:
        parse_module("x = " + "1" * 10_000, "file.py")
    except Unparsable as error:
        assert error.line == 1


@pytest.mark.parametrize("name", ["\0", "", "a\nb", "\udc80", "ü" * 300])
def test_file_name_is_of_no_matter(name: str) -> None:
    assert parse_module("x", name).body
    with pytest.raises(Unparsable):
        parse_module("x +", name)


@pytest.mark.parametrize("action", ["always", "error"])
def test_no_warning_leaks(action: str) -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter(action)  # type: ignore[arg-type]
        parse_module(r"x = '\d' if 0x1or y else 1 is 2", "file.py")
        before = list(warnings.filters)
    assert seen == []
    assert before[0][0] == action


def test_error_survives_the_way_to_another_process() -> None:
    error = pickle.loads(pickle.dumps(failure("x = )")))
    assert (str(error), error.line, error.column) == (error.message, 1, 4)


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text(text: str) -> None:
    _tree_or_unparsable(text)


@given(
    st.lists(
        st.sampled_from("()[]{}:=,.\n\r\f\t \\'\"#x1@-*é\0\ud800") | st.just("lambda "), max_size=40
    )
)
def test_any_text_that_looks_like_python(parts: list[str]) -> None:
    _tree_or_unparsable("".join(parts))


def _tree_or_unparsable(text: str) -> None:
    try:
        assert isinstance(parse_module(text, "file.py"), ast.Module)
    except Unparsable as error:
        assert error.message
        assert error.line >= 1 and error.column >= 0
