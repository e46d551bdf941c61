"""The benchmark of speed: what it measures is what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import speed
import speed_cases
import speed_trees as trees
from speed_cases import CASES, Place, Row, compared, opponents, single_file
from speed_process import Command, Cost, cost, detachlint, python, side_by_side

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, tmp_path, (), 1, 60.0)


def test_a_cost_is_that_of_the_process(tmp_path: Path) -> None:
    busy = "import time\nwhile time.process_time() < 0.3: pass\nlist(range(10**7))"
    spent = cost(python("-c", busy, folder=tmp_path), 60)
    assert 0.3 <= spent.seconds < 5
    assert 100 < spent.megabytes < 2000
    assert spent.exit_code == 0
    assert cost(python("-c", "raise SystemExit(3)", folder=tmp_path), 60).exit_code == 3


def test_what_takes_too_long_is_stopped(tmp_path: Path) -> None:
    assert cost(python("-c", "while True: pass", folder=tmp_path), 1).exit_code is None


def test_commands_run_in_turns(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def noted(word: str) -> Command:
        code = f"open({str(log)!r}, 'a').write({word!r})"
        return python("-c", code, folder=tmp_path)

    side_by_side([noted("a"), noted("b")], 3, 60)
    assert log.read_text() == "ab" * 4  # the first round is not counted


def test_the_command_is_that_of_this_checkout(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(trees.WITH_FINDING)
    (tmp_path / "b.py").write_text(trees.WITH_CROSSING)
    (tmp_path / "c.py").write_text(trees.PLAIN)
    codes = [
        cost(detachlint("check", name, "--isolated", folder=tmp_path), 60).exit_code
        for name in ("a.py", "b.py", "c.py")
    ]
    assert codes == [1, 0, 0]


def test_the_trees_have_the_size_they_should(tmp_path: Path) -> None:
    root, examples = trees.thousand_files(tmp_path / "thousand")
    assert len(list(root.rglob("*.py"))) == 1000
    assert len(examples) == 10
    assert all(b".numpy()" in file.read_bytes() for file in examples)
    tree = trees.of_lines(tmp_path / "lines", 20_000)
    assert 20_000 <= trees.lines_in(tree) < 30_000
    assert list(trees.hold_crossings(tree))


def test_a_missed_goal_is_said_to_be_missed() -> None:
    two, three = Cost(2.0, 10, 0), Cost(3.0, 10, 0)
    assert compared("a", "what", two, "that", three, 1.0).verdict == "reached"
    assert compared("a", "what", three, "that", two, 1.0).verdict == "missed"
    stopped = compared("a", "what", Cost(0.1, 10, None), "that", three, 1.0)
    assert (stopped.verdict, stopped.cost) == ("missed", "> 0.100 s")


def test_the_table_is_one_in_markdown() -> None:
    lines = speed.table(
        [Row("d", "what", "1 s", "2 s that", "0.50", "≤ 1", "reached")]
    ).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert [cell.strip() for cell in lines[2].strip("|").split("|")] == [
        *("d", "what", "1 s", "2 s that", "0.50", "≤ 1", "reached")
    ]


def test_a_file_without_crossing_starts_little_more_than_python(place: Place) -> None:
    rows = list(single_file(place))
    plain = float(rows[0].ratio)
    assert plain < 5  # 1.6 on a machine that has nothing else to do


def test_linters_that_are_not_installed_are_not_measured(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed_cases, "_environment", lambda folder: None)
    monkeypatch.setattr(speed_cases, "_has", lambda interpreter, module: False)
    rows = [(row.letter, row.beside, row.verdict) for row in opponents(place)]
    assert rows == [("e", name, "not installed") for name in ("torchfix", "torch-preflight")]


def test_linters_that_are_installed_are_measured(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.scratch / "package").mkdir()
    (place.scratch / "package" / "a.py").write_text(trees.WITH_FINDING)
    monkeypatch.setattr(Place, "package", lambda self, name: self.scratch / "package")
    monkeypatch.setattr(speed_cases, "_environment", lambda folder: None)
    commands = {"torchfix": ("compileall", ("-q",)), "torch-preflight": ("no_such_module", ())}
    monkeypatch.setattr(speed_cases, "OPPONENT_COMMANDS", commands)
    rows = list(opponents(place))
    assert [row.verdict for row in rows] == ["missed", "missed", "not installed"]
    assert [row.what.rpartition(", ")[2] for row in rows[:2]] == ["cold", "warm"]
    assert all(row.beside.endswith(" s torchfix") for row in rows[:2])


def test_the_readme_shows_the_table_with_its_date() -> None:
    text = README.read_text(encoding="utf-8")
    table = text.partition("prints this table")[2].partition("\n## ")[0]
    assert re.search(r"20\d\d-\d\d-\d\d, Python 3\.\d+\.\d+, detachlint \d", table)
    letters = set(re.findall(r"^\| ([a-g]) \|", table, re.M))
    assert letters == set(CASES)
