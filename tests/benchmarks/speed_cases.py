"""The goals of speed, each measured beside what it is measured against."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import speed_trees as trees
from package_files import PACKAGES, unpacked
from speed_process import Command, Cost, cost, detachlint, python, side_by_side

OPPONENTS = {"torchfix": "0.7.0", "torch-preflight": "0.5.0"}
"""What is installed for the comparison, with its version."""

OPPONENT_COMMANDS = {
    "torchfix": ("torchfix", ("-j1",)),
    "torch-preflight": ("torch_preflight", ("check", "--jobs", "1")),
}
"""The modules that are run, and with what in front of the paths."""

PARSE = """
import sys, {library}
from pathlib import Path
for name in Path(sys.argv[1]).read_text().splitlines():
    try: {library}.{function}(Path(name).read_bytes())
    except Exception: pass
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to measure; `chosen` are the names of the packages that (a) and (b) are measured on."""

    scratch: Path
    cache: Path
    chosen: tuple[str, ...]
    repeat: int
    limit: float

    @property
    def packages(self) -> list[Path]:
        """The folders of the chosen packages."""
        return list(map(self.package, self.chosen))

    def package(self, name: str) -> Path:
        """The folder of a package, which is downloaded if need be. Raises `DownloadFailed`."""
        [found] = [package for package in PACKAGES if package.name == name]
        return unpacked(found, self.cache)

    def measure(self, *commands: Command) -> list[Cost]:
        """Their median costs, side by side."""
        return side_by_side(commands, self.repeat, self.limit)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    letter: str
    what: str
    cost: str
    beside: str
    ratio: str
    goal: str
    verdict: str


def compared(letter: str, what: str, mine: Cost, name: str, other: Cost, most: float) -> Row:
    """A row about CPU time, which may be `most` times that of something else."""
    ratio = mine.seconds / max(other.seconds, 1e-6)
    reached = mine.exit_code is not None and ratio <= most
    return Row(
        letter,
        what,
        _seconds(mine),
        f"{_seconds(other)} {name}",
        f"{ratio:.2f}",
        f"≤ {most:g}",
        "reached" if reached else "missed",
    )


def _seconds(spent: Cost) -> str:
    more = "> " if spent.exit_code is None else ""
    return f"{more}{spent.seconds:.1f} s" if spent.seconds >= 10 else f"{more}{spent.seconds:.3f} s"


def cold_check(place: Place) -> Iterator[Row]:
    """(a) The packages, each checked for itself, beside parsing them."""
    files = [file for folder in place.packages for file in sorted(folder.rglob("*.py"))]
    suspects = [f for folder in place.packages for f in trees.hold_crossings(folder)]
    mine = [cost(_check(place, folder), place.limit) for folder in place.packages]
    total = Cost(
        sum(each.seconds for each in mine),
        max(each.megabytes for each in mine),
        None if any(each.exit_code is None for each in mine) else 0,
    )
    libcst = cost(_parse(place, suspects, "libcst", "parse_module"), place.limit)
    ast = cost(_parse(place, files, "ast", "parse"), place.limit)
    what = f"cold check of {len(place.packages)} packages, {len(files):,} files"
    name = f"libcst.parse_module of the {len(suspects):,} files with crossings"
    yield compared("a", what, total, name, libcst, 0.5)
    yield compared("a", what, total, "ast.parse of all files", ast, 1.0)


def _check(place: Place, *paths: Path, cache: Path | None = None) -> Command:
    names = [*map(str, paths), "--isolated", "--quiet", "--jobs", "1", "--output-format", "concise"]
    return detachlint("check", *names, folder=place.scratch, cache=cache)


def _parse(place: Place, files: list[Path], library: str, function: str) -> Command:
    names = place.scratch / f"{library}.txt"
    names.write_text("\n".join(map(str, files)))
    code = PARSE.format(library=library, function=function)
    return python("-c", code, str(names), folder=place.scratch)


def warm_check(place: Place) -> Iterator[Row]:
    """(b) The packages once more, with a cache, beside ruff without one."""
    cache = place.scratch / "warm"
    folders = place.packages
    first = cost(_check(place, *folders, cache=cache), place.limit)
    if first.exit_code is None:
        yield Row("b", "warm check of the packages", "-", "-", "-", "≤ 1", "not measured")
        return
    ruff = python(
        *("-m", "ruff", "check", "--no-cache", "--isolated", "--quiet", *map(str, folders)),
        folder=place.scratch,
    )
    mine, other = place.measure(_check(place, *folders, cache=cache), ruff)
    yield compared("b", "warm check of the unchanged tree", mine, "ruff --no-cache", other, 1.0)


def one_change(place: Place) -> Iterator[Row]:
    """(c) One file of 1,000 has changed: beside a run on that file alone."""
    root, examples = trees.thousand_files(place.scratch / "thousand")
    cache = place.scratch / "thousand-cache"
    cost(_check(place, root, cache=cache), place.limit)
    ratios: list[float] = []
    mine: list[float] = []
    others: list[float] = []
    for file in examples:
        file.write_text(
            file.read_text() + f"\n\ndef added_{len(ratios)}(value):\n    return [value]\n"
        )
        alone = cost(_check(place, file), place.limit)
        together = cost(_check(place, root, cache=cache), place.limit)
        mine.append(together.seconds)
        others.append(alone.seconds)
        ratios.append(together.seconds / alone.seconds)
    made = Cost(statistics.median(mine), 0, 0), Cost(statistics.median(others), 0, 0)
    what = f"one changed file of 1,000 (median of {len(ratios)} files)"
    yield compared("c", what, made[0], "that file alone", made[1], 1.2)


def single_file(place: Place) -> Iterator[Row]:
    """(d) One small file, without cache, beside starting Python."""
    folder = place.scratch / "single"
    folder.mkdir()
    for name in ("PLAIN", "WITH_CROSSING", "WITH_FINDING"):
        (folder / f"{name.lower()}.py").write_text(getattr(trees, name))

    def check(name: str) -> Command:
        return detachlint("check", f"{name}.py", "--isolated", folder=folder)

    nothing, libcst = (python("-c", code, folder=folder) for code in ("pass", "import libcst"))
    plain, crossing, finding, start, imported = place.measure(
        check("plain"), check("with_crossing"), check("with_finding"), nothing, libcst
    )
    yield compared("d", "a small file without crossing", plain, "python -c pass", start, 2.0)
    name = 'python -c "import libcst"'
    yield compared("d", "a small file with a crossing", crossing, name, imported, 1.5)
    yield compared("d", "a small file with a finding", finding, name, imported, 1.5)


def opponents(place: Place) -> Iterator[Row]:
    """(e) Beside the linters that look for mistakes with PyTorch, where they are installed."""
    commands = {name: _opponent(place, name) for name in OPPONENTS}
    if not any(commands.values()):
        yield from (_not_installed(name) for name in commands)
        return
    folders = [place.package(name) for name in ("gpytorch", "stable-baselines3")]
    check = _check(place, *folders, cache=place.scratch / "opponents-cache")
    runs = {"cold": cost(check, place.limit)}
    if runs["cold"].exit_code is not None:
        [runs["warm"]] = place.measure(check)
    for name, command in commands.items():
        if command is None:
            yield _not_installed(name)
            continue
        arguments = (*command, *map(str, folders))
        other = cost(Command(arguments, place.scratch, {}), place.limit)
        yield from (_beside(name, other, kind, mine) for kind, mine in runs.items())


def _beside(name: str, other: Cost, kind: str, mine: Cost) -> Row:
    times = other.seconds / max(mine.seconds, 1e-6)
    verdict = "reached" if times >= 30 and mine.exit_code is not None else "missed"
    what = f"gpytorch + stable-baselines3, {kind}"
    beside = f"{_seconds(other)} {name}"
    return Row("e", what, _seconds(mine), beside, f"1/{times:.1f}", "≤ 1/30", verdict)


def _not_installed(name: str) -> Row:
    return Row("e", "gpytorch + stable-baselines3", "-", name, "-", "≤ 1/30", "not installed")


def _opponent(place: Place, name: str) -> tuple[str, ...] | None:
    """The command of another linter, in one process; None if it is not there and cannot be had."""
    module, arguments = OPPONENT_COMMANDS[name]
    for interpreter in (Path(sys.executable), _environment(place.cache / "opponents")):
        if interpreter is not None and _has(interpreter, module):
            return (str(interpreter), "-m", module, *arguments)
    return None


def _has(interpreter: Path, module: str) -> bool:
    code = f"import sys; from importlib.util import find_spec; sys.exit(not find_spec({module!r}))"
    return subprocess.run([str(interpreter), "-c", code], check=False).returncode == 0


@cache
def _environment(folder: Path) -> Path | None:
    """The Python of an environment that has the other linters; None if it cannot be had."""
    interpreter = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    wanted = [f"{name}=={version}" for name, version in OPPONENTS.items()]
    try:
        if not interpreter.exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            install = [str(interpreter), "-m", "pip", "install", "--quiet", *wanted]
            subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
    except subprocess.CalledProcessError:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return interpreter


def growth(place: Place) -> Iterator[Row]:
    """(f) Time per line in a large project beside a small one."""
    spent: list[Cost] = []
    lines: list[int] = []
    for wanted in (10_000, 1_000_000):
        tree = trees.of_lines(place.scratch / f"lines{wanted}", wanted)
        lines.append(trees.lines_in(tree))
        spent.append(cost(_check(place, tree), place.limit))
        shutil.rmtree(tree)
    small, large = (
        Cost(each.seconds / count * 1e6, each.megabytes, each.exit_code)
        for each, count in zip(spent, lines, strict=True)
    )
    row = compared("f", "1,000,000 lines", large, "10,000 lines", small, 1.0)
    costs = f"{large.seconds:.1f} µs/line", f"{small.seconds:.1f} µs/line at 10,000 lines"
    yield Row("f", row.what, *costs, row.ratio, row.goal, row.verdict)


def memory(place: Place) -> Iterator[Row]:
    """(g) The peak memory of checking one large package."""
    sizes = {each.name: trees.lines_in(place.package(each.name)) for each in PACKAGES}
    name = min(sizes, key=lambda each: abs(sizes[each] - 100_000))
    mine = cost(_check(place, place.package(name)), place.limit)
    verdict = "reached" if mine.exit_code is not None and mine.megabytes <= 150 else "missed"
    what = f"peak memory on {name}, {sizes[name]:,} lines"
    yield Row("g", what, f"{mine.megabytes:.0f} MB", "", "", "≤ 150 MB", verdict)


CASES: dict[str, Callable[[Place], Iterator[Row]]] = {
    "a": cold_check,
    "b": warm_check,
    "c": one_change,
    "d": single_file,
    "e": opponents,
    "f": growth,
    "g": memory,
}
"""All goals, by letter."""
