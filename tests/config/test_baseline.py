"""Baselines: what they know findings by, how they are written and read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detachlint.config.baseline import (
    Baseline,
    Likeness,
    likeness,
    part,
    read_baseline,
    render,
)
from detachlint.config.errors import ConfigurationError
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.span import Span
from detachlint.source.text import SourceText


def finding(row: int, code: str = "DTL101") -> Finding:
    return Finding(code, "name", "message", "a.py", Span(row, 0, row, 1), Confidence.LIKELY)


def source(text: str) -> SourceText:
    return SourceText.from_text(text, "a.py")


def test_spaces_do_not_matter() -> None:
    like = likeness(finding(2), source("\n\t  a =  b . numpy()  \r\n"))
    assert like == Likeness("DTL101", "a = b . numpy()")


def test_as_many_are_known_as_there_were() -> None:
    text = source("x\ny\nx\nx\n")
    known = ((Likeness("DTL101", "x"), 2),)
    new, met = part([finding(row) for row in (1, 2, 3, 4)], text, known)
    assert [one.span.line for one in new] == [2, 4]
    assert met == [Likeness("DTL101", "x")] * 2


def test_codes_are_told_apart() -> None:
    new, _ = part([finding(1, "DTL202")], source("x\n"), ((Likeness("DTL101", "x"), 1),))
    assert len(new) == 1


NAMES = st.text(alphabet="ab/é'\"\\ ", min_size=1, max_size=6).map(lambda name: f"/project/{name}")
FOUND = st.lists(
    st.tuples(NAMES, st.builds(Likeness, st.sampled_from(["DTL101", "DTL202"]), st.text()))
)


@given(FOUND)
def test_what_is_written_is_read(found: list[tuple[str, Likeness]]) -> None:
    text = render(found, "/project")
    assert text == render(found[::-1], "/project")
    assert text.isascii()
    entries = json.loads(text)["files"]
    counted = sum(entry["count"] for each in entries.values() for entry in each)
    assert counted == len(found)


def written(tmp_path: Path, found: list[tuple[str, Likeness]]) -> Baseline:
    path = tmp_path / "base.json"
    path.write_text(render(found, str(tmp_path.resolve())))
    return read_baseline(str(path), "base.json")


def test_files_are_relative_to_the_baseline(tmp_path: Path) -> None:
    here = str(tmp_path.resolve())
    like = Likeness("DTL101", "x")
    baseline = written(tmp_path, [(f"{here}/pkg/a.py", like), (f"{here}/pkg/a.py", like)])
    assert list(baseline.files) == ["pkg/a.py"]
    assert baseline.known(f"{here}/pkg/a.py") == ((like, 2),)
    assert baseline.known(f"{here}/a.py") == ()


def test_stale_entries_are_those_of_gone_files_and_gone_findings(tmp_path: Path) -> None:
    here = str(tmp_path.resolve())
    one, two = Likeness("DTL101", "one"), Likeness("DTL101", "two")
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("")
    baseline = written(
        tmp_path,
        [
            (f"{here}/a.py", one),
            (f"{here}/a.py", one),
            (f"{here}/b.py", one),
            (f"{here}/c.py", two),
        ],
    )
    assert list(baseline.stale({f"{here}/a.py": [one]})) == [("a.py", one), ("c.py", two)]
    assert list(baseline.stale({f"{here}/a.py": [one, one]})) == [("c.py", two)]


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "is no baseline: "),
        (b"\xff", "is no baseline: "),
        (b"[" * 100_000, "is no baseline: "),
        (b"{}", "is no baseline of detachlint"),
        (b"[]", "is no baseline of detachlint"),
        (b'{"detachlint-baseline": 2, "files": {}}', "is a baseline of another version"),
        (b'{"detachlint-baseline": 1}', "is damaged"),
        (b'{"detachlint-baseline": 1, "files": []}', "is damaged"),
        (b'{"detachlint-baseline": 1, "files": {"a.py": [3]}}', "is damaged"),
        (b'{"detachlint-baseline": 1, "files": {"a.py": [{"code": "x"}]}}', "is damaged"),
        (
            b'{"detachlint-baseline": 1, "files": {"a": [{"code": "", "line": "", "count": "1"}]}}',
            "is damaged",
        ),
    ],
)
def test_what_is_no_baseline_is_one_line(tmp_path: Path, content: bytes, wrong: str) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_baseline(str(path), "b.json")
    assert str(caught.value).startswith(f"b.json: {wrong}")
    assert "\n" not in str(caught.value)
