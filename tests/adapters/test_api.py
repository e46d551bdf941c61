"""The Python API: texts, bytes, paths."""

from __future__ import annotations

import ast
import codecs
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import detachlint.fix
import detachlint.project.lowered
from detachlint.api import (
    Options,
    check_bytes,
    check_paths,
    check_source,
    check_tree,
    fix_bytes,
    fix_paths,
    fix_source,
)
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.discovery import discover, read_named
from detachlint.source.text import SourceText
from detachlint.syntax.parse import too_deep

CROSSING = "import torch\n\nmodel = torch.nn.Linear(2, 2)\na = model(torch.ones(2)).numpy()\n"
FIXED = CROSSING.replace(".numpy()", ".detach().numpy()")
BROKEN = "import torch\nx.numpy(\n"


def codes(text: str) -> list[str]:
    return [finding.code for finding in check_source(text, "f.py")]


def test_a_crossing_is_found_with_place_trace_and_fix() -> None:
    [finding] = check_source(CROSSING, "f.py")
    assert (finding.code, finding.name) == ("DTL101", "numpy-on-grad-tensor")
    assert (finding.filename, finding.span.line) == ("f.py", 4)
    assert finding.trace
    assert finding.fix is not None


def test_clean_and_empty_texts_have_no_findings() -> None:
    assert codes("") == codes(FIXED) == codes("import torch\nx.numpy()\n") == []


def test_findings_come_in_the_order_of_the_text() -> None:
    lines = "".join(f"b{n} = model(torch.ones(2)).numpy()\n" for n in range(12))
    found = check_source(CROSSING + lines, "f.py")
    assert [finding.span.line for finding in found] == list(range(4, 17))


def test_the_least_confidence_can_be_raised() -> None:
    every = check_source(CROSSING, "f.py", min_confidence=Confidence.POSSIBLE)
    certain = check_source(CROSSING, "f.py", min_confidence=Confidence.CERTAIN)
    assert [f for f in every if f.confidence is Confidence.CERTAIN] == certain


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("def f(:\n", 1, "invalid syntax"),
        (BROKEN, 2, "was never closed"),
        ("import torch\n\nprint 'x'.numpy()\n", 3, "print"),
        ("x = 1\n  y = 2\n", 2, "indent"),
        ("x = 1\ny\0\n", 2, "NUL"),
        ("x = '\ud800'\n", 1, "surrogate"),
        ("import torch\nx.numpy(" + "(" * 5000 + ")" * 5000 + ")\n", 2, "nested"),
    ],
)
def test_what_python_does_not_read_is_one_finding(text: str, line: int, words: str) -> None:
    [finding] = check_source(text, "f.py")
    assert (finding.code, finding.name) == ("DTL900", "unreadable-file")
    assert finding.span.line == line
    assert words in finding.message
    assert fix_source(text, "f.py").text == text


@pytest.mark.parametrize("term", ["-" * 3000 + "1", "1" + " + 1" * 30_000, "x" + ".y" * 30_000])
def test_deep_expressions_are_survived(term: str) -> None:
    assert codes(f"{CROSSING}z = {term}\n") in (["DTL101"], ["DTL900"])


@pytest.mark.parametrize("error", [RecursionError(), too_deep(7)])
def test_a_program_too_deep_for_the_analysis_is_one_finding(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(tree: object, filename: str) -> None:
        raise error

    monkeypatch.setattr(detachlint.lower, "lower_module", fail)
    [finding] = check_tree(ast.parse(""), "f.py")
    assert (finding.code, finding.message) == ("DTL900", "nested too deeply")


def test_fixing_repairs_and_a_second_run_finds_nothing_to_do() -> None:
    result = fix_source(CROSSING, "f.py")
    assert result.text == FIXED
    assert [finding.code for finding in result.applied] == ["DTL101"]
    assert result.remaining == []
    again = fix_source(result.text, "f.py")
    assert (again.text, again.applied) == (result.text, [])


def test_the_style_of_fixes_can_be_chosen() -> None:
    result = fix_source(CROSSING, "f.py", fix_style="force")
    assert result.text == CROSSING.replace(".numpy()", ".numpy(force=True)")


FORMS = {
    "byte order mark": codecs.BOM_UTF8 + CROSSING.encode(),
    "crlf": CROSSING.replace("\n", "\r\n").encode(),
    "carriage returns": CROSSING.replace("\n", "\r").encode(),
    "no final newline": CROSSING.rstrip("\n").encode(),
    "form feed": CROSSING.replace("\n\n", "\n\x0c\n").encode(),
    "trailing spaces and tabs": CROSSING.replace("\n\n", " \t\n\t\n").encode(),
    "tabs": b"import torch\nif 1:\n\tx = torch.ones(2, requires_grad=True)\n\ty = x.numpy()\n",
    "latin-1": b"# coding: latin-1\n" + CROSSING.encode() + b"# \xe9\n",
    "wide characters": CROSSING.replace("a = ", "日 = '本', ").encode(),
    "line separators in strings": CROSSING.replace("a = ", "a = '\u2028\x0b\x0c', ").encode(),
}


@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)
def test_fixing_changes_nothing_but_the_crossing(data: bytes) -> None:
    result = fix_bytes(data, "f.py")
    assert result.error is None
    assert result.fixed == data.replace(b".numpy()", b".detach().numpy()")


@given(
    st.binary(max_size=40), st.sampled_from([b"", b"import torch\nx.numpy()\n", b"\xef\xbb\xbf"])
)
def test_any_bytes_give_a_result(data: bytes, before: bytes) -> None:
    for work in (check_bytes, fix_bytes):
        result = work(before + data, "f.py")
        assert (result.error, result.fixed) == (None, None)
        assert {finding.code for finding in result.findings} <= {"DTL900"}


def test_str_texts_keep_their_byte_order_mark() -> None:
    assert fix_source("\ufeff" + CROSSING).text == "\ufeff" + FIXED


def test_encodings_that_cannot_be_changed_safely_are_an_error_and_still_checked() -> None:
    result = fix_bytes(b"# coding: utf-7\nx = '+AGEAYg-'\n" + CROSSING.encode(), "f.py")
    assert result.error is not None
    assert "f.py: not fixed: utf-7" in result.error
    assert (result.fixed, [finding.code for finding in result.findings]) == (None, ["DTL101"])


def test_twenty_thousand_lines_are_checked() -> None:
    filler = "".join(f"def f{n}(x):\n    return [x + {n}]\n" for n in range(10_000))
    [finding] = check_source(filler + CROSSING, "f.py")
    assert finding.span.line == 20_004


# --- files -----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.py").write_text(CROSSING)
    return tmp_path


def test_each_file_has_a_result_and_errors_are_values(files: Path) -> None:
    (files / "broken.py").write_text(BROKEN)
    (files / "clean.py").write_text("x = 1\n")
    results = {result.filename: result for result in check_paths([".", "nope.py"])}
    assert list(results) == ["nope.py", "broken.py", "clean.py", "good.py"]
    assert results["nope.py"].error == "nope.py: No such file or directory"
    found = {name: [f.code for f in result.findings] for name, result in results.items()}
    assert found["broken.py"] == ["DTL900"]
    assert found["clean.py"] == []
    assert found["good.py"] == ["DTL101"]


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 4, b"\xff\xfei\0m\0", b"\0", b"torch numpy\xff"]
)
def test_binary_files_are_findings(files: Path, data: bytes) -> None:
    (files / "binary.py").write_bytes(data)
    results = {result.filename: result for result in check_paths(["."])}
    assert [finding.code for finding in results["binary.py"].findings] == ["DTL900"]
    assert len(results["good.py"].findings) == 1


def test_a_named_file_is_parsed_though_it_holds_no_crossing(files: Path) -> None:
    (files / "template.py").write_text("def {{ name }}(:\n")
    [named] = check_paths(["template.py"])
    assert [finding.code for finding in named.findings] == ["DTL900"]
    walked = {result.filename: result.findings for result in check_paths(["."])}
    assert walked["template.py"] == ()


def test_files_that_vanish_after_they_were_listed_are_errors(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def discover_and_lose(paths: list[str], *others: Any) -> object:
        found = discover(paths, *others)
        (files / "gone.py").unlink()
        return found

    (files / "gone.py").write_text(CROSSING)
    monkeypatch.setattr("detachlint.outcome.run.discover", discover_and_lose)
    results = {result.filename: result for result in check_paths(["."])}
    assert results["gone.py"].error == "gone.py: No such file or directory"
    assert len(results["good.py"].findings) == 1


def test_unreadable_files_are_errors(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def guarded(path: Path) -> bytes:  # root may read anything: simulated
        if path.name == "secret.py":
            raise PermissionError(13, "Permission denied", str(path))
        return read_named(path)

    (files / "secret.py").write_text(CROSSING)
    monkeypatch.setattr("detachlint.outcome.run.read_named", guarded)
    results = {result.filename: result for result in check_paths(["."])}
    assert results["secret.py"].error == "secret.py: Permission denied"
    assert len(results["good.py"].findings) == 1


def test_a_crash_in_one_file_is_one_line_and_the_others_are_checked(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower_module = detachlint.project.lowered.lower_module

    def crash(tree: ast.Module, filename: str, file: str) -> object:
        if filename == "bad.py":
            raise IndexError("list index\nout of range")
        return lower_module(tree, filename, file)

    (files / "bad.py").write_text(CROSSING)
    monkeypatch.setattr(detachlint.project.lowered, "lower_module", crash)
    results = {result.filename: result for result in check_paths(["."])}
    error = results["bad.py"].error
    assert error is not None
    assert error.startswith("internal error in bad.py: IndexError: list index out of range (")
    assert error.endswith("; please report this")
    assert "\n" not in error
    assert len(results["good.py"].findings) == 1


def test_fixing_writes_files_and_keeps_their_mode(files: Path) -> None:
    (files / "good.py").chmod(0o751)
    [result] = fix_paths(["."])
    assert (files / "good.py").read_text() == FIXED
    assert (files / "good.py").stat().st_mode & 0o777 == 0o751
    assert (len(result.applied), result.findings) == (1, ())
    assert result.before is not None
    [again] = fix_paths(["."])
    assert (again.before, again.fixed) == (None, None)


def test_fixing_can_leave_the_files_alone(files: Path) -> None:
    [result] = fix_paths(["."], write=False)
    assert result.fixed == FIXED.encode()
    assert (files / "good.py").read_text() == CROSSING


def test_a_file_that_changes_while_it_is_fixed_is_left_alone(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_fixes = detachlint.fix.apply_fixes

    def edit_meanwhile(source: SourceText, found: list[Finding], *, unsafe: bool) -> object:
        (files / "good.py").write_text("edited = True\n")
        return apply_fixes(source, found, unsafe=unsafe)

    monkeypatch.setattr(detachlint.fix, "apply_fixes", edit_meanwhile)
    [result] = fix_paths(["."])
    assert result.error == "good.py: changed on disk while it was being fixed"
    assert (files / "good.py").read_text() == "edited = True\n"


def test_a_file_that_cannot_be_replaced_is_an_error(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, data: bytes) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(detachlint.fix, "replace_file", refuse)
    [result] = fix_paths(["."])
    assert result.error == "good.py: not fixed: Permission denied"
    assert [finding.code for finding in result.findings] == ["DTL101"]
    assert (files / "good.py").read_text() == CROSSING


def test_a_file_whose_encoding_cannot_be_written_is_still_checked(files: Path) -> None:
    data = b"# coding: utf-7\nx = '+AGEAYg-'\n" + CROSSING.encode()
    (files / "good.py").write_bytes(data)
    [result] = fix_paths(["."])
    assert result.error is not None
    assert "good.py: not fixed: utf-7" in result.error
    assert [finding.code for finding in result.findings] == ["DTL101"]
    assert (files / "good.py").read_bytes() == data


def test_options_apply_to_files(files: Path) -> None:
    options = Options(fix_style="force")
    assert b"numpy(force=True)" in (next(fix_paths(["."], options)).fixed or b"")
    high = Options(min_confidence=Confidence.CERTAIN)
    assert all(
        f.confidence is Confidence.CERTAIN
        for f in check_bytes(CROSSING.encode(), "f", high).findings
    )


def test_files_without_crossings_import_nothing_heavy(files: Path) -> None:
    (files / "good.py").write_text("import torch\nimport re\n")
    program = (
        "import sys; from detachlint.api import check_paths; list(check_paths(['.']))\n"
        "heavy = ['libcst', 'torch', 'numpy', 'click', 'detachlint.interpret', 'detachlint.fix']\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert output.stdout == b"[]\n"
