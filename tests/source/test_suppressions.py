"""Which comments silence what."""

from __future__ import annotations

import pytest

from detachlint.source.span import Span
from detachlint.source.suppressions import Suppressions, mentions_suppression, read_suppressions
from detachlint.source.text import SourceText


def read(text: str) -> Suppressions:
    return read_suppressions(SourceText.from_text(text, "a.py"))


def codes(comment: str) -> list[str] | None:
    """The codes in the directive of a comment behind some code; None if it is no directive."""
    entries = read(f"x = 1  {comment}\n").entries
    return [named.code for named in entries[0].codes] if entries else None


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# noqa", []),
        ("#noqa", []),
        ("# NOQA", []),
        ("# noqa: DTL101", ["DTL101"]),
        ("# NoQA:dtl101,E501", ["DTL101", "E501"]),
        ("# noqa: DTL101 E501", ["DTL101", "E501"]),
        ("# noqa: DTL101 because it is so", ["DTL101"]),
        ("# type: ignore  # noqa: DTL1", ["DTL1"]),
        ("# noqa: because", []),
        ("# detachlint: ignore", []),
        ("# detachlint:ignore[DTL101]", ["DTL101"]),
        ("# detachlint: ignore[DTL101, dtl2] the reason", ["DTL101", "DTL2"]),
        ("# detachlint: a linter", None),
        ("# no qa", None),
        ("# we ignore detachlint here", None),
    ],
)
def test_directives_are_read_as_their_users_mean_them(
    comment: str, expected: list[str] | None
) -> None:
    assert codes(comment) == expected


def test_positions_are_those_in_the_text() -> None:
    text = "é = 'ö'  # type: ignore # noqa: DTL101, E501 reason\n"
    [entry] = read(text).entries
    assert text[entry.start : entry.end] == "# noqa: DTL101, E501"
    assert [text[named.start : named.end] for named in entry.codes] == ["DTL101", "E501"]


def test_strings_silence_nothing() -> None:
    assert read("x = '# noqa'\ny = '''\n# noqa\n# detachlint: skip-file\n'''\n").entries == ()
    assert not read("y = '''\n# detachlint: skip-file\n'''\n").skips_file


@pytest.mark.parametrize(
    "comment", ["# detachlint: skip-file", "# flake8: noqa", "# flake8:NOQA", "# flake8=noqa"]
)
def test_a_file_can_be_left_out(comment: str) -> None:
    assert read(f"import torch\n    {comment}\n").skips_file
    assert not read(f"import torch  {comment}\n").skips_file


def test_a_file_that_is_no_python_can_be_left_out() -> None:
    assert read("# detachlint: skip-file\nprint 'x'\nx = (\n").skips_file


def test_codes_for_a_file_hold_on_all_lines() -> None:
    found = read("# flake8: noqa: DTL101, E501\nx\n")
    assert not found.skips_file
    [entry] = found.at(Span(100, 0, 100, 1))
    assert [named.code for named in entry.codes] == ["DTL101", "E501"]


@pytest.mark.parametrize(
    "comment",
    [
        "# detachlint: ignore[]",
        "# detachlint: ignore[DTL101",
        "# detachlint: ignore(DTL101)",
        "# detachlint: ignore-file",
        "# detachlint: skip",
        "# detachlint: skip-file",  # behind code
    ],
)
def test_mistakes_are_noticed(comment: str) -> None:
    text = f"x = 1  {comment} # more\n"
    found = read(text)
    assert (found.entries, found.skips_file) == ((), False)
    [(start, end)] = found.mistakes
    assert text[start:end] == comment.split(" # ")[0]


# --- where they apply ------------------------------------------------------------------------


STATEMENT = '''\
value = call(  # noqa: A1
    first,  # noqa: A2
    second.method(  # noqa: A3
        x,  # noqa: A4
    ).numpy(),  # noqa: A5
    """
    text""",  # noqa: A6
    third,  # noqa: A7
)  # noqa: A8
other = 1  # noqa: A9
'''


def applying(text: str, *rows: int) -> set[str]:
    span = Span(rows[0], 0, rows[-1], 0)
    return {entry.codes[0].code for entry in read(text).at(span)}


def test_a_comment_holds_on_the_lines_of_a_finding_and_the_ends_of_its_statement() -> None:
    assert applying(STATEMENT, 3, 5) == {"A1", "A3", "A4", "A5", "A8"}
    assert applying(STATEMENT, 2) == {"A1", "A2", "A8"}
    assert applying(STATEMENT, 10) == {"A9"}


def test_the_comment_behind_a_long_string_is_that_of_its_first_line() -> None:
    assert applying(STATEMENT, 6) == {"A1", "A6", "A8"}


def test_the_comment_behind_a_continued_line_is_that_of_its_first_line() -> None:
    assert applying("x = a + \\\n    b + \\\n    c  # noqa: A1\n", 1) == {"A1"}


def test_the_body_of_a_compound_statement_is_not_its_line() -> None:
    text = "with a(), b(\n):  # noqa: A1\n    x = 1  # noqa: A2\n"
    assert applying(text, 1) == {"A1"}
    assert applying(text, 3) == {"A2"}


def test_codes_are_beginnings() -> None:
    [entry] = read("x  # noqa: DTL1, DTL202\n").entries
    assert [entry.silences(code) for code in ("DTL101", "DTL202", "DTL201", "DTL")] == [
        *(True, True, False, False)
    ]


def test_a_text_without_any_is_not_tokenized(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(source: SourceText) -> None:
        raise AssertionError("tokenized")

    monkeypatch.setattr("detachlint.source.suppressions.read_comments", forbidden)
    assert read("x = 1  # a comment\ny = 'noqa'\n").entries == ()
    assert not mentions_suppression("noqa # other")
