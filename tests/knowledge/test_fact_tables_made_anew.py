"""The tables against the installed PyTorch: a sample on every run, all of it in the slow test."""

from __future__ import annotations

import importlib
import io
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest
from click._termui_impl import ProgressBar
from click.testing import CliRunner

numpy, torch = pytest.importorskip("numpy"), pytest.importorskip("torch")
pytest.importorskip("expecttest")  # PyTorch's own samples need it

from detachlint.harness.probe import __main__ as probe_command  # noqa: E402  # needs torch
from detachlint.harness.probe import hand, numpy_observe, pool, tables, worker  # noqa: E402
from detachlint.harness.probe.make import write_tables  # noqa: E402
from detachlint.harness.probe.pool import make_rows  # noqa: E402
from detachlint.harness.probe.universe import public_names  # noqa: E402
from detachlint.knowledge import facts  # noqa: E402
from detachlint.knowledge.table import Table  # noqa: E402

CRASH = "crashes the process"

same_version = pytest.mark.skipif(
    facts.CALLS.version != f"torch {tables.VERSION}",
    reason=f"the tables are about {facts.CALLS.version}",
)
same_numpy = pytest.mark.skipif(
    facts.NUMPY.version != f"numpy {numpy.__version__} torch {tables.VERSION}",
    reason=f"NumPy's table is about {facts.NUMPY.version}",
)
PATHS = [*tables.FILES.values(), tables.ALIASES]
TABLES = [
    pytest.param(path, marks=[same_numpy] * (path == tables.FILES["numpy"])) for path in PATHS
]
"""The tables, without NumPy's where another NumPy is installed: any one of a range may be."""


def sample(names: list[str], share: int) -> list[str]:
    """One name in `share`, the same ones every time, spread over the alphabet."""
    return [name for name in names if crc32(name.encode()) % share == 0]


def differences(table: Table, names: list[str], make: Callable[[str], str]) -> dict[str, object]:
    """Rows that come out otherwise now: what is written, what was seen."""
    seen = {name: make(name) for name in names}
    return {name: (table.row(name), row) for name, row in seen.items() if table.row(name) != row}


@pytest.fixture(autouse=True)
def _settled() -> None:
    worker.settle()


@same_version
def test_a_sample_of_calls_does_what_its_rows_say() -> None:
    names = sample(list(facts.CALLS.names()), 20)
    assert len(names) > 60
    # Whatever crashes the process would end the tests with it: those rows are left to the workers.
    names = [name for name in names if facts.not_modelled(name) != "crashes the process"]
    assert differences(facts.CALLS, names, worker.call_row) == {}


@same_version
def test_a_sample_of_modules_does_what_its_rows_say() -> None:
    names = sample(list(facts.MODULES.names()), 4)
    assert len(names) > 20
    assert differences(facts.MODULES, names, worker.module_row) == {}


@same_version
def test_a_sample_of_classes_does_what_its_rows_say() -> None:
    names = sample(list(facts.CLASSES.names()), 4)
    assert len(names) > 8
    assert differences(facts.CLASSES, names, worker.class_row) == {}


@same_version
@pytest.mark.parametrize("path", TABLES[:-1])
def test_every_row_is_of_something_that_the_probe_executes(path: str) -> None:
    """A row that somebody wrote about anything else has no execution behind it."""
    executed = {name for kind, name in tables.all_jobs() if tables.FILES[kind] == path}
    assert set(Table(path).names()) - executed == set()


@same_version
def test_every_row_says_by_which_calls_it_was_made() -> None:
    sources = {"op_db", "module_db", "hand", "stub", "executed", "named", "tried", "read"}
    sources.add("identity")
    for path in PATHS:
        table = Table(path)
        rows = {name: (table.row(name) or "").rpartition("\t")[2] for name in table.names()}
        assert {n: e for n, e in rows.items() if not set(e.split("+")) <= sources} == {}, path


def test_a_row_that_is_wrong_is_found(tmp_path: Path) -> None:
    path = tmp_path / "calls.tsv"
    right = worker.call_row("torch.exp")
    path.write_text(f"# torch\ntorch.exp\t{right}\ntorch.sin\tnever\thand\n", encoding="utf-8")
    found = differences(Table(str(path)), ["torch.exp", "torch.sin"], worker.call_row)
    assert found == {"torch.sin": ("never\thand", worker.call_row("torch.sin"))}


@same_version
def test_every_public_callable_has_a_row() -> None:
    assert set(public_names()) - set(facts.CALLS.names()) == set()


@same_version
def test_the_coverage_does_not_fall() -> None:
    rows = {name: facts.CALLS.row(name) or "" for name in facts.CALLS.names()}
    known = tables.coverage(rows)
    assert (known.modelled, known.total) == (1608, 1656)
    assert known.total - known.modelled == sum(known.reasons.values())


@same_numpy
def test_every_public_callable_of_numpy_has_a_row_and_the_coverage_does_not_fall() -> None:
    rows = {name: facts.NUMPY.row(name) or "" for name in facts.NUMPY.names()}
    known = tables.coverage(rows, numpy_observe.names())
    assert "no row" not in known.reasons and len(rows) == known.total
    assert known.modelled >= 1813 and known.reasons["no arguments that fit are known"] <= 3


def test_only_what_no_cpu_can_run_was_read_instead_of_executed() -> None:
    read = [
        name
        for name in facts.CALLS.names()
        if (fact := facts.call_fact(name)) and fact.evidence.startswith("read")
    ]
    assert read == sorted(hand.READ)


def test_an_error_of_the_probe_itself_does_not_take_the_run_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The worker knows no such kind of job; the jobs around it are done all the same."""
    jobs = "call\ttorch.abs\nno such kind\ttorch.exp\ncall\ttorch.argmax\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(jobs))
    answers = io.StringIO()
    worker.serve(answers)
    first, failed, last = answers.getvalue().splitlines()
    assert first.startswith("call\ttorch.abs\tpropagate ")
    assert failed.startswith("no such kind\ttorch.exp\tnot modelled: the probe fails on it: KeyErr")
    assert last.startswith("call\ttorch.argmax\tinteger ")


def start_instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Let the pool start `program` in place of a worker."""
    monkeypatch.setattr(pool, "command", lambda: [sys.executable, "-c", program])


READY = f"print({pool.READY!r}, flush=True)"


def test_a_crash_of_an_operator_is_recorded_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    start_instead(
        monkeypatch,
        f"import os, sys\n{READY}\nfor line in sys.stdin:\n"
        "    os.abort() if 'torch.exp' in line else print(line.strip(), 'row', sep='\t', flush=True)",
    )
    jobs = [("call", "torch.abs"), ("call", "torch.exp"), ("call", "torch.sin")]
    rows = make_rows(jobs, workers=1)
    assert [rows[job] for job in jobs] == ["row", f"not modelled: {CRASH}\ttried", "row"]


def test_a_worker_that_crashes_goes_on_without_a_new_start(monkeypatch: pytest.MonkeyPatch) -> None:
    start_instead(
        monkeypatch,
        "import os\nfrom detachlint.harness.probe import worker\n"
        "def row(name):\n    os.abort() if name == 'bad' else os._exit(0) if name == 'last' else None\n"
        "    return str(os.getppid())\n"
        "worker.ROWS = dict.fromkeys(['call', 'class', worker.PLAIN_CALL], row)\n"
        "worker.operators = dict\nworker.main()",
    )
    # A class that ends its worker is not tried once more, which would start one more.
    jobs = [("call", "good"), ("call", "bad"), ("call", "better"), ("class", "last")]
    rows = make_rows([*jobs, ("call", "best")], workers=1)
    original, crashed, same, gone, another = rows.values()
    assert crashed == f"not modelled: {CRASH}\ttried"
    assert original == same, "it was started anew"
    assert gone == crashed and another.isdigit() and another != original


def test_a_job_that_kills_its_worker_twice_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    start_instead(monkeypatch, f"{READY}\ninput()")
    monkeypatch.setattr(pool, "MOST_DEATHS", 2)
    jobs = [("call", "torch.abs"), ("call", "torch.exp"), ("call", "torch.sin")]
    assert len(make_rows(jobs[:2], workers=1)) == 2
    with pytest.raises(pool.WorkersDieError, match="of 3 jobs"):
        make_rows(jobs, workers=1)


@pytest.mark.parametrize("kind", ["module", "class", "numpy", "dtype", "device"])
def test_a_crash_of_whatever_else_is_recorded_as_well(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_instead(
        monkeypatch,
        f"import os, sys\n{READY}\nfor line in sys.stdin:\n"
        "    os.abort() if 'bad' in line else print(line.strip(), 'row', sep='\t', flush=True)",
    )
    jobs = [(kind, "good"), (kind, "bad"), (kind, "better")]
    rows = make_rows(jobs, workers=1)
    assert [rows[job] for job in jobs] == ["row", f"not modelled: {CRASH}\ttried", "row"]


@pytest.mark.parametrize(
    ("table", "look_up"),
    [
        (facts.CALLS, facts.call_fact),
        (facts.MODULES, facts.module_fact),
        (facts.CLASSES, facts.class_fact),
        (facts.NUMPY, facts.numpy_fact),
    ],
)
def test_what_has_crashed_has_no_fact(
    table: Table, look_up: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = f"not modelled: {CRASH}\ttried"
    monkeypatch.setattr(table, "row", lambda name: row if name.startswith("made.up") else None)
    assert look_up("made.up.of_this_test") is None


@same_version
def test_the_probe_failed_on_nothing() -> None:
    for path in tables.FILES.values():
        table = Table(path)
        rows = {name: table.row(name) or "" for name in table.names()}
        assert [name for name, row in rows.items() if worker.PROBE_FAILS in row] == [], path


def test_a_worker_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    start_instead(monkeypatch, f"import time\n{READY}\ntime.sleep(600)")
    monkeypatch.setattr(pool, "PATIENCE", 3.0)
    assert make_rows([("call", "torch.abs")], workers=1) == {
        ("call", "torch.abs"): "not modelled: does not end in time\ttried"
    }


def test_a_worker_that_has_closed_its_output_and_lives_on_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closes = "sys.stdin.readline()\nos.close(1)\ntime.sleep(600)"
    start_instead(monkeypatch, f"import os, sys, time\n{READY}\n{closes}")
    monkeypatch.setattr(pool, "PATIENCE", 3.0)
    started = time.monotonic()
    rows = make_rows([("call", "torch.abs")], workers=1)
    assert list(rows.values()) == ["not modelled: crashes the process\ttried"]
    assert time.monotonic() - started < 300


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("raise SystemExit('no torch to be found')", "did not start: no torch to be found"),
        ("print('something else')", "did not start: no message"),
        (f"{READY}\ninput()", "workers died"),
    ],
)
def test_where_every_worker_dies_no_table_is_touched(
    program: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_instead(monkeypatch, program)
    table = tmp_path / "torch" / "calls.tsv"
    table.parent.mkdir()
    table.write_text("the old table", encoding="utf-8")
    result = CliRunner().invoke(
        probe_command.main, ["--output", str(tmp_path), "--workers", "2"], catch_exceptions=False
    )
    assert result.exit_code == 2 and why in result.output and "Traceback" not in result.output
    assert table.read_text(encoding="utf-8") == "the old table"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["calls.tsv"]


def test_tables_are_written_all_or_none(tmp_path: Path) -> None:
    for name in ("a.tsv", "b.tsv"):
        (tmp_path / name).write_text("old", encoding="utf-8")
    with pytest.raises(OSError):  # `b.tsv` is no directory
        write_tables(tmp_path, {"a.tsv": "new", "b.tsv/c.tsv": "new"})
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {
        "a.tsv": "old",
        "b.tsv": "old",
    }
    write_tables(tmp_path, {"a.tsv": "new", "d/e.tsv": "new"})
    found = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.tsv")}
    assert found == {"a.tsv": "new", "b.tsv": "old", "e.tsv": "new"}


def test_the_command_shows_progress_and_counts_the_coverage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [("call", "torch.abs"), ("call", "torch.exp")]
    shown: list[int] = []

    def make(workers: int, tell: Callable[[tuple[str, str]], None]) -> dict[str, str]:
        for job in jobs:
            tell(job)
        return {
            "torch/calls.tsv": "# torch\ntorch.abs\tpropagate\top_db\n",
            "numpy/calls.tsv": "# numpy\nnumpy.abs\t\t\tarray\t\texecuted\n",
        }

    class Bar(ProgressBar[object]):
        def update(self, n_steps: int, current_item: object | None = None) -> None:
            shown.append(n_steps)

    monkeypatch.setattr(probe_command, "all_jobs", lambda: jobs)
    monkeypatch.setattr(probe_command, "make_tables", make)
    monkeypatch.setattr("click._termui_impl.ProgressBar", Bar)
    result = CliRunner().invoke(probe_command.main, ["--output", str(tmp_path)])
    assert result.exit_code == 0 and shown == [1, 1]
    assert f"torch {tables.VERSION}" in result.output
    assert f"PyTorch: 1 of {len(public_names())} public callables modelled" in result.output
    assert f"NumPy: 1 of {len(numpy_observe.names())} public callables modelled" in result.output
    assert (tmp_path / "torch/calls.tsv").read_text(encoding="utf-8").count("\n") == 2


@pytest.fixture(scope="module")
def made_anew() -> tuple[dict[str, str], float]:
    """All tables made once, and the seconds of processor time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    made = tables.make_tables(workers=2)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return made, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.slow
@same_version
def test_all_tables_are_made_in_five_minutes_of_two_cores(
    made_anew: tuple[dict[str, str], float],
) -> None:
    made, seconds = made_anew
    assert sorted(made) == sorted(PATHS) and seconds < 2 * 300


@pytest.mark.slow
@same_version
@pytest.mark.parametrize("path", TABLES)
def test_a_table_comes_out_the_same(path: str, made_anew: tuple[dict[str, str], float]) -> None:
    written = (facts.CALLS.path.parent.parent / path).read_text(encoding="utf-8")
    assert written.splitlines() == made_anew[0][path].splitlines()


@same_version
@pytest.mark.parametrize("namespace", ["nn", "distributions", "optim", "optim.lr_scheduler"])
def test_every_class_has_a_row(namespace: str) -> None:
    """But for records and mere tensors, which have no methods of their own."""
    module = importlib.import_module(f"torch.{namespace}")
    known = {*facts.CALLS.names(), *facts.MODULES.names(), *facts.CLASSES.names()}
    tensors = {"torch.nn.UninitializedBuffer", "torch.nn.UninitializedParameter"}
    tensors.add("torch.nn.LinearCrossEntropyOptions")
    for name, value in vars(module).items():
        own = isinstance(value, type) and value.__module__.startswith(module.__name__)
        if own and not name.startswith("_"):
            full = facts.canonical_name(f"torch.{namespace}.{name}")
            assert full in known | tensors, full
