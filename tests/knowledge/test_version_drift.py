"""How other versions of PyTorch differ: comparing tables, recording, looking up, bad interpreters."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from detachlint.harness.probe import drift
from detachlint.harness.probe.drift import COMPARED, Drift, OtherInterpreterError, Tables
from detachlint.knowledge import facts, rows, versions
from detachlint.knowledge.dtype_facts import DTYPES
from detachlint.knowledge.rows import MalformedRow
from detachlint.knowledge.versions import ABSENT, Span

CALLS = "# torch 9.0.0\ntorch.a\tpropagate\top_db\ntorch.b\tnever\thand\ntorch.c\tinteger\tstub\n"


def tables(version: str, calls: str, names: str = "") -> Tables:
    """Tables of a made-up PyTorch that has calls alone."""
    texts = dict.fromkeys(COMPARED, "") | {COMPARED[0]: f"# torch {version}\n{calls}"}
    return Tables(version, texts, frozenset(names.split()))


def found(calls: str, names: str = "") -> list[Drift]:
    return list(
        drift.drifts(
            dict.fromkeys(COMPARED, "") | {COMPARED[0]: CALLS}, tables("8.0.0", calls, names)
        )
    )


def test_rows_that_differ_are_told_by_name_and_evidence_does_not_count() -> None:
    other = "torch.a\tpropagate\thand\ntorch.b\tpropagate view\thand\ntorch.d\tpython:int\tstub\n"
    assert found(other) == [
        Drift("torch.b", "never", "propagate view"),
        Drift("torch.c", "integer", ABSENT),
        Drift("torch.d", ABSENT, "python:int"),
    ]


def test_what_could_not_be_executed_there_is_no_drift() -> None:
    other = "torch.a\tpropagate\top_db\ntorch.b\tnot modelled: raises\ttried\n"
    assert found(other, "torch.a torch.b torch.c") == []


def test_what_could_not_be_executed_here_is_no_drift_either() -> None:
    """A build for CPUs alone has `torch.cuda.memory_snapshot`, too: it raises there."""
    other = tables("8.0.0", CALLS.partition("\n")[2] + "torch.d\tnever\thand\n")
    texts = dict.fromkeys(COMPARED, "") | {COMPARED[0]: CALLS}
    assert list(drift.drifts(texts, other, {"torch.d"})) == []
    assert list(drift.drifts(texts, other)) == [Drift("torch.d", ABSENT, "never")]


def test_neighbouring_versions_that_agree_are_recorded_as_one_span() -> None:
    changed = Drift("torch.b", "never", "integer")
    text = drift.record({"2.10.0": [], "1.13.1": [changed], "2.9.0": [changed], "3.0.0": [changed]})
    assert text == (
        "# torch 1.13.1 2.9.0 2.10.0 3.0.0\n"
        "torch.b\t1.13.1..2.9.0: integer\t3.0.0..3.0.0: integer\n"
    )
    spans = versions.parse_spans("torch.b", text.splitlines()[1].partition("\t")[2])
    assert spans == (Span("1.13.1", "2.9.0", "integer"), Span("3.0.0", "3.0.0", "integer"))
    assert "2.1.0" in spans[0] and "2.10.0" not in spans[0]


def test_a_row_holds_since_the_version_after_the_last_earlier_span() -> None:
    executed = ("1.13.1", "2.9.0", "2.10.0", "3.0.0")
    spans = (Span("1.13.1", "2.9.0", ABSENT), Span("3.0.0", "3.0.0", "integer"))
    assert versions.first_with_the_row(spans, executed, "2.10.0") == "2.10.0"
    assert versions.first_with_the_row(spans[1:], executed, "2.10.0") == ""


@pytest.mark.parametrize("row", ["", "2.0.0: never", "1.13.1..2.0.0", "1.13.1..2.0.0: "])
def test_a_malformed_span_is_an_error_that_names_the_row(row: str) -> None:
    with pytest.raises(MalformedRow, match=r"^torch\.f: "):
        versions.parse_spans("torch.f", row)


def test_recorded_rows_are_sorted_read_back_and_otherwise_than_the_tables() -> None:
    names = list(versions.VERSIONS.names())
    assert names == sorted(names) and len(names) > 100
    assert versions.executed() == tuple(sorted(versions.executed(), key=versions.order))
    for name in names:
        assert versions.format_spans(versions.spans(name)) == versions.VERSIONS.row(name)
        tables = (facts.CALLS, facts.MODULES, facts.CLASSES, DTYPES)
        present = [table.row(name) for table in tables if table.row(name)]
        for span in versions.spans(name):
            assert span.words not in [versions.behaviour(row) for row in present or [None]]
            assert {span.first, span.last} <= set(versions.executed())


def test_recorded_words_are_words_of_rows() -> None:
    for name in versions.VERSIONS.names():
        for span in versions.spans(name):
            if span.words != ABSENT and " | " not in span.words:
                assert rows.parse_call(name, f"{span.words}\texecuted") is not None


def test_the_supported_span_was_executed_at_its_ends() -> None:
    assert versions.executed()[0].startswith("1.13.")
    assert facts.CALLS.version.removeprefix("torch ") in versions.executed()


@pytest.mark.parametrize(
    ("name", "came"),
    [
        ("torch.nn.Buffer", "2.5"),
        ("torch.compile", "2.0"),
        ("torch.asarray", "2.8.1"),  # kept no flag in 2.8.0
        ("torch.matmul", ""),
        ("torch.nn.Linear", ""),
    ],
)
def test_rows_say_since_when_they_hold(name: str, came: str) -> None:
    """As fine as the versions that were executed: the first of them that is no older."""
    later = [v for v in versions.executed() if came and versions.order(v) >= versions.order(came)]
    assert versions.since(name) == (later[0] if later else "")


def test_an_interpreter_that_cannot_run_the_probe_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OtherInterpreterError, match="Permission denied"):
        drift.tables_of(Path(__file__), workers=1)
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho Traceback >&2\necho 'No module named torch' >&2\nexit 1\n")
    script.chmod(0o755)
    with pytest.raises(
        OtherInterpreterError, match=r"cannot run the probe: No module named torch$"
    ):
        drift.tables_of(script, workers=1)


def test_what_pytorch_prints_gets_not_between_the_answers(tmp_path: Path) -> None:
    """1.13 says on standard output that it misses a package."""
    pytest.importorskip("torch")
    program = (
        "import sys\n"
        "from detachlint.harness.probe import make\n"
        "make.opinfo.operators = lambda: print('Fail to import')\n"
        "make.module_samples.module_db = lambda: None\n"
        "make.all_jobs = lambda: [('call', 'torch.a')]\n"
        "def tables(workers, tell):\n"
        "    print('by the way')\n"
        "    tell(('call', 'torch.a'))\n"
        f"    return dict.fromkeys({COMPARED!r}, '# torch 8.1.0\\n')\n"
        "make.make_tables = tables\n"
        "sys.argv = ['make', sys.argv[1], '1']\n"
        "make.main()\n"
    )
    (tmp_path / "other.py").write_text(program, encoding="utf-8")
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} {tmp_path}/other.py "$3"\n')
    script.chmod(0o755)
    told: list[tuple[int, int]] = []
    made = drift.tables_of(script, 1, lambda done, total: told.append((done, total)))
    assert told == [(0, 1), (1, 1)]
    assert (made.version, made.names) == ("8.1.0", {"torch.a"})


def test_the_other_interpreter_sees_this_package_and_nothing_beside_it(tmp_path: Path) -> None:
    """Its own PyTorch is asked: of ours, which lies beside the package, it may not see a thing."""
    script = tmp_path / "python"
    script.write_text(
        "#!/bin/sh\nls -A $PYTHONPATH >&2\n"
        f'exec {sys.executable} -c "import detachlint.harness.probe.drift as d; exit(d.NAMES)"\n'
    )
    script.chmod(0o755)
    with pytest.raises(OtherInterpreterError, match=r"names\.txt$"):
        drift.tables_of(script, workers=1)


def test_progress_of_the_other_interpreter_is_told_and_its_tables_are_read(tmp_path: Path) -> None:
    script = tmp_path / "python"
    script.write_text(
        '#!/bin/sh\necho 2\nmkdir -p "$3/torch"\n'
        + "".join(f'printf "# torch 8.1.0\\n" > "$3/{path}"\n' for path in COMPARED)
        + 'echo torch.a > "$3/names.txt"\necho call torch.a\necho call torch.b\n'
    )
    script.chmod(0o755)
    told: list[tuple[int, int]] = []
    made = drift.tables_of(script, 1, lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert (made.version, made.names) == ("8.1.0", {"torch.a"})


def test_the_command_prints_drift_row_by_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from detachlint.harness.probe.__main__ import KNOWLEDGE, main

    texts = {path: (KNOWLEDGE / path).read_text(encoding="utf-8") for path in COMPARED}
    changed = texts[COMPARED[0]].replace(
        "\ntorch.adaptive_avg_pool1d\tpropagate\t", "\ntorch.adaptive_avg_pool1d\tnever\t"
    )
    other = Tables("8.1.0", texts | {COMPARED[0]: changed}, frozenset())
    monkeypatch.setattr(drift, "tables_of", lambda *_: other)
    arguments = ["--against", sys.executable, "--record", "--output", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert "torch.adaptive_avg_pool1d\n  - propagate\n  + never\n" in result.output
    assert "torch 8.1.0: 1 rows differ from the tables of torch" in result.output
    recorded = (tmp_path / "torch/versions.tsv").read_text(encoding="utf-8")
    assert recorded.splitlines()[1:] == ["torch.adaptive_avg_pool1d\t8.1.0..8.1.0: never"]


def test_an_unusable_interpreter_ends_the_command_with_one_clear_line() -> None:
    pytest.importorskip("torch")
    from detachlint.harness.probe.__main__ import main

    result = CliRunner().invoke(main, ["--against", __file__])
    assert result.exit_code == 2
    assert "Permission denied" in result.output and "Traceback" not in result.output
