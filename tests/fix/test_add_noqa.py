"""Comments that silence findings: where they go, and that nothing else changes."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from fix_helpers import crossing_spans, source_of
from layouts import LAYOUTS

from detachlint import api
from detachlint.fix import add_noqa, apply_fixes
from detachlint.rules.finding import Confidence, Finding
from detachlint.rules.suppression import unused
from detachlint.source.span import Span
from detachlint.source.suppressions import read_suppressions
from detachlint.source.text import SourceText

HEAD = "import torch\n\nt = torch.ones(2, requires_grad=True)\n"


def silenced(body: str) -> str:
    """The body with comments for what is found in it; checked to be the same program, and silent."""
    text = HEAD + body
    source = SourceText.from_text(text, "a.py")
    findings = api.check_source(text, "a.py")
    assert findings
    result = add_noqa(source, findings)
    assert result.findings == tuple(findings)
    assert ast.dump(ast.parse(result.text)) == ast.dump(ast.parse(text))
    assert api.check_source(result.text, "a.py") == []
    return result.text.removeprefix(HEAD)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a = t.numpy()\n", "a = t.numpy()  # noqa: DTL101\n"),
        ("a = t.numpy()", "a = t.numpy()  # noqa: DTL101"),
        ("a = t.numpy()   \n", "a = t.numpy()  # noqa: DTL101\n"),
        ("a = t.numpy()\r\n", "a = t.numpy()  # noqa: DTL101\r\n"),
        ("a = t.numpy()  # why\n", "a = t.numpy()  # why  # noqa: DTL101\n"),
        ("a = t.numpy()  # noqa: E501 long\n", "a = t.numpy()  # noqa: E501, DTL101 long\n"),
        (
            "a = t.numpy()  # detachlint: ignore[DTL901]\n",
            "a = t.numpy()  # detachlint: ignore[DTL901]  # noqa: DTL101\n",
        ),
        ("a = t.numpy(); b = t.numpy()\n", "a = t.numpy(); b = t.numpy()  # noqa: DTL101\n"),
        ("é = '日', t.numpy()\n", "é = '日', t.numpy()  # noqa: DTL101\n"),
        ("a = t.numpy() + \\\n    1\n", "a = t.numpy() + \\\n    1  # noqa: DTL101\n"),
        ('a = t.numpy(), """\n"""\n', 'a = t.numpy(), """\n"""  # noqa: DTL101\n'),
        (
            "a = (\n    t.numpy(),\n    1,\n)\n",
            "a = (\n    t.numpy(),  # noqa: DTL101\n    1,\n)\n",
        ),
        ("a = f'''{t.numpy()}\n'''\n", "a = f'''{t.numpy()}\n'''  # noqa: DTL101\n"),
        ("if t.numpy().any():\n    pass\n", "if t.numpy().any():  # noqa: DTL101\n    pass\n"),
    ],
)
def test_comments_go_to_the_end_of_the_line(body: str, expected: str) -> None:
    assert silenced(body) == expected


def test_in_a_replacement_field_the_place_depends_on_python() -> None:
    # Comments may stand in a replacement field since Python 3.12.
    inside = silenced("a = f'''\n{\nt.numpy()\n}\n'''\n")
    assert inside.count("# noqa: DTL101") == 1


@pytest.mark.parametrize("text", [before for before, _ in LAYOUTS.values()], ids=LAYOUTS)
def test_every_layout_has_a_place_for_a_comment(text: str) -> None:
    source = source_of(text)
    findings = [
        Finding("DTL101", "name", "message", "a.py", span, Confidence.LIKELY)
        for span in crossing_spans(text)
    ]
    result = add_noqa(source, findings)
    assert len(result.findings) == len(findings) > 0
    assert ast.dump(ast.parse(result.text)) == ast.dump(ast.parse(text))
    silenced = source_of(result.text)
    suppressions = read_suppressions(silenced)
    for span in crossing_spans(result.text):
        assert any(entry.silences("DTL101") for entry in suppressions.at(span))


@pytest.mark.parametrize("text", [before for before, _ in LAYOUTS.values()], ids=LAYOUTS)
def test_the_fix_of_an_unused_comment_is_the_way_back(text: str) -> None:
    findings = [
        Finding("DTL101", "name", "message", "a.py", span, Confidence.LIKELY)
        for span in crossing_spans(text)
    ]
    silenced = source_of(add_noqa(source_of(text), findings).text)
    in_vain = unused(silenced, read_suppressions(silenced), frozenset(), lambda code: True)
    assert apply_fixes(silenced, in_vain).text == text


def test_flake8_finds_the_comments_where_they_are(tmp_path: Path) -> None:
    body = 'a = (\n    t.numpy(),\n    """\n""", t.numpy() + \\\n    1,\n)\n'
    (tmp_path / "a.py").write_text(HEAD + silenced(body))
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--isolated", "--select", "DTL", "a.py"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"")


def test_several_codes_share_a_comment() -> None:
    source = SourceText.from_text("x = 1\ny = 2\n", "a.py")
    findings = [
        Finding(code, "name", "message", "a.py", Span(1, column, 1, 5), Confidence.LIKELY)
        for code, column in [("DTL202", 0), ("DTL101", 4), ("DTL202", 4)]
    ]
    result = add_noqa(source, findings)
    assert result.text == "x = 1  # noqa: DTL101, DTL202\ny = 2\n"
    assert len(result.findings) == 3


def test_what_no_comment_can_silence_is_left_alone() -> None:
    for text in ("x = (\n", "x = 1  # noqa: DTL101\n"):
        source = SourceText.from_text(text, "a.py")
        findings = api.check_source(text)
        assert findings
        assert add_noqa(source, findings).text == text


def test_nothing_to_silence_changes_nothing() -> None:
    source = SourceText.from_text("x = 1\n", "a.py")
    assert add_noqa(source, []).text == "x = 1\n"
