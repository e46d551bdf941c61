"""Comments, and which rows belong together."""

from __future__ import annotations

import pytest

from detachlint.source.comments import Rows, read_comments
from detachlint.source.text import SourceText

PROGRAM = '''\
# alone
x = 1  # behind
value = call(
    x,  # inside
    """# no comment
    text""",  # after a string
)  # last
total = x + \\
    1  # continued
text = "# no"; more = f"{x}# no"
'''


def source(text: str) -> SourceText:
    return SourceText.from_text(text, "a.py")


def test_the_tokenizer_says_what_a_comment_is() -> None:
    comments = read_comments(source(PROGRAM)).comments
    assert [(comment.row, comment.text, comment.alone) for comment in comments] == [
        (1, "# alone", True),
        (2, "# behind", False),
        (4, "# inside", False),
        (6, "# after a string", False),
        (7, "# last", False),
        (9, "# continued", False),
    ]


def test_comments_stand_where_they_say() -> None:
    for comment in read_comments(source(PROGRAM)).comments:
        assert PROGRAM[comment.start : comment.end] == comment.text


def test_rows_of_a_statement_belong_together() -> None:
    comments = read_comments(source(PROGRAM))
    assert [comments.statement(row) for row in (1, 2, 10)] == [Rows(1, 1), Rows(2, 2), Rows(10, 10)]
    assert {comments.statement(row) for row in (3, 4, 5, 6, 7)} == {Rows(3, 7)}
    assert {comments.statement(row) for row in (8, 9)} == {Rows(8, 9)}


def test_strings_and_backslashes_make_one_line_of_several_rows() -> None:
    comments = read_comments(source(PROGRAM))
    assert comments.line(4) == Rows(4, 4)
    assert comments.line(5) == comments.line(6) == Rows(5, 6)
    assert comments.line(8) == Rows(8, 9)


def test_comments_before_a_statement_are_no_part_of_it() -> None:
    comments = read_comments(source("if x:\n    # one\n    # two\n    y = (\n        1)\n"))
    assert comments.statement(2) == Rows(2, 2)
    assert comments.statement(4) == Rows(4, 5)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_breaks_of_any_kind_count(newline: str) -> None:
    text = f"# é{newline}x = 1  # b{newline}\x0c{newline}y  # c"
    comments = read_comments(source(text)).comments
    assert [(c.row, text[c.start : c.end]) for c in comments] == [
        (1, "# é"),
        (2, "# b"),
        (4, "# c"),
    ]


@pytest.mark.parametrize("rest", ["x = (", '"""', "\n  x\n y", "$", "\\", "x = '"])
def test_what_cannot_be_tokenized_gives_what_comes_before(rest: str) -> None:
    comments = read_comments(source(f"# first\nx = 1\n{rest}")).comments
    assert comments[0].text == "# first"
