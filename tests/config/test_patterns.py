"""Globs over paths."""

from __future__ import annotations

import pytest

from detachlint.config.patterns import Pattern, expanded


def matches(text: str, path: str, root: str = "/r") -> bool:
    return Pattern(text, root).matches(path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a.py", "/r/a.py"),
        ("a.py", "/r/deep/down/a.py"),
        ("*_pb2.py", "/r/deep/x_pb2.py"),
        ("tests", "/r/tests/deep/a.py"),
        ("tests/", "/r/sub/tests/a.py"),
        ("tests/*", "/r/tests/deep/a.py"),
        ("./tests/*.py", "/r/tests/a.py"),
        ("src/gen", "/r/src/gen/a.py"),
        ("**/tests/*", "/r/tests/a.py"),
        ("**/tests/*", "/r/sub/tests/a.py"),
        ("src/**/gen", "/r/src/gen/a.py"),
        ("{a,b}.py", "/r/b.py"),
        ("{a,{b,c}}/x.py", "/r/c/x.py"),
        ("[ab].py", "/r/a.py"),
        ("/r/sub/*", "/r/sub/a.py"),
        ("/elsewhere/*", "/elsewhere/a.py"),
    ],
)
def test_what_matches(text: str, path: str) -> None:
    assert matches(text, path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a.py", "/r/ba.py"),
        ("a.py", "/r/a.pyi"),
        ("A.py", "/r/a.py"),
        ("r", "/r/a.py"),
        ("tests", "/r/tests.py"),
        ("tests/*", "/r/sub/tests/a.py"),
        ("src/gen", "/elsewhere/src/gen"),
        ("/sub/*", "/r/sub/a.py"),
        ("{a,b.py", "/r/a"),
    ],
)
def test_what_does_not_match(text: str, path: str) -> None:
    assert not matches(text, path)


def test_nothing_is_special_about_the_directory_of_the_configuration() -> None:
    assert matches("sub/*.py", "/a[b]{c,d}*/sub/x.py", "/a[b]{c,d}*")
    assert not matches("sub/*.py", "/ab/sub/x.py", "/a[b]")
    assert matches("sub/*.py", "/sub/x.py", "/")


def test_braces_are_choices() -> None:
    assert expanded("x{a,b}y{c,}") == ["xayc", "xay", "xbyc", "xby"]
    assert expanded("{a") == ["{a"]


def test_plain_names_are_told_apart() -> None:
    plain = {text: Pattern(text, "/r").is_plain_name for text in ("build", "*.py", "a/b", "[a]")}
    assert plain == {"build": True, "*.py": False, "a/b": False, "[a]": False}
