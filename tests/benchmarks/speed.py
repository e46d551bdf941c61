"""Measure what detachlint costs beside other programs, in one run, and print the table.

    python tests/benchmarks/speed.py [--only a]... [--repeat N] [--limit SECONDS] [--package NAME]...

Times are CPU seconds of whole processes, medians of runs in turns; memory is the peak. POSIX only. A
command that takes more than `--limit` of them is stopped, and one that takes more than a tenth of it
is run once. Packages are downloaded with pip when a goal needs them, and kept in the `--cache`.

For (e), TorchFix and torch-preflight are those of the Python that runs this. Where it lacks them, they
are installed with pip, in the versions that `OPPONENTS` in `speed_cases.py` names, into an environment
of their own, `opponents` in the cache: TorchFix needs an older libcst. Where that fails as well, the
row says "not installed" and nothing is measured for it; `--only e` measures it alone, later.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import speed_cases
from package_files import PACKAGES, DownloadFailed, default_cache
from speed_cases import CASES, Place, Row


def table(rows: list[Row]) -> str:
    """The rows as a table in Markdown."""
    heading = Row("", "what", "detachlint", "beside it", "ratio", "goal", "")
    cells = [
        (*(row.letter, row.what, row.cost, row.beside), *(row.ratio, row.goal, row.verdict))
        for row in [heading, *rows]
    ]
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def versions() -> str:
    """When, and with what."""
    from importlib.metadata import PackageNotFoundError, version

    from detachlint import __version__

    names = {"detachlint": __version__}
    for name in ("libcst", "ruff", "torchfix", "torch-preflight"):
        try:
            names[name] = version(name)
        except PackageNotFoundError:
            if known := speed_cases.OPPONENTS.get(name):
                names[name] = known
    words = ", ".join(f"{name} {number}" for name, number in names.items())
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    return f"{today}, Python {platform.python_version()}, {words}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the command line asks for."""

    letters: list[str]
    place: Place


def run(chosen: Chosen) -> Iterator[Row]:
    """The rows, as they are measured."""
    for letter, case in CASES.items():
        if letter in chosen.letters:
            for row in case(chosen.place):
                print(
                    f"({row.letter}) {row.what}: {row.cost} / {row.beside} = {row.ratio}",
                    flush=True,
                )
                yield row


def main() -> int:
    """Print the table; 1 if a goal is missed."""
    arguments = _arguments()
    names = tuple(arguments.package or [package.name for package in PACKAGES])
    with tempfile.TemporaryDirectory() as scratch:
        place = Place(Path(scratch), arguments.cache, names, arguments.repeat, arguments.limit)
        rows = list(run(Chosen(arguments.only or list(CASES), place)))
    print(f"\n{versions()}\n\n{table(rows)}")
    return int(any(row.verdict == "missed" for row in rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", default=[], choices=list(CASES))
    parser.add_argument(
        "--package", action="append", default=[], choices=[p.name for p in PACKAGES]
    )
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--limit", type=float, default=900.0, help="CPU seconds")
    parser.add_argument("--cache", type=Path, default=default_cache())
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DownloadFailed as failure:
        sys.exit(f"cannot download {failure}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(map(str, error.cmd))} failed")
