"""Check public packages that use PyTorch and say what that costs and finds.

    python tests/benchmarks/packages.py [--only NAME]... [--confidence certain|likely|possible]
                                        [--json FILE] [--compare FILE] [--tree DIRECTORY]...

Pinned wheels are downloaded with pip once and kept in a cache. Each package is checked in a process
of its own. Times are CPU seconds; `check` is everything that happens to the files which survive the
byte scan ("to parse"), `ast` and `libcst` are what the two parsers take for the same files. `--json`
writes all that was measured, `--compare` shows which findings have come and gone since such a file.

These packages work: a finding that is *certain* there is nearly always a false alarm. FINDINGS.md,
beside this script, says of each finding above *possible* what it is. The exit status is 1 if a file
made the tool fail or run out of time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from package_files import PACKAGES, DownloadFailed, default_cache, unpacked
from package_table import CONFIDENCES, changes, render_details, render_table, row

HERE = Path(__file__).parent


def measure(directory: Path, limit: float) -> dict[str, Any]:
    """What `package_measurement.py` says of a directory, in a new process."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
    command = [sys.executable, str(HERE / "package_measurement.py"), str(directory)]
    done = subprocess.run(
        [*command, "--limit", str(limit)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def chosen(arguments: argparse.Namespace) -> list[tuple[str, str, Path]]:
    """Name, version and directory of all that is to be checked."""
    trees = [(str(tree), "", tree) for tree in arguments.tree]
    if trees and not arguments.only:
        return trees
    names = arguments.only or [package.name for package in PACKAGES]
    packages = [package for package in PACKAGES if package.name in names]
    return trees + [(p.name, p.version, unpacked(p, arguments.cache)) for p in packages]


def main() -> int:
    """Run the benchmark; the exit status."""
    arguments = _arguments()
    results: dict[str, Any] = {}
    rows = []
    wanted = CONFIDENCES[: CONFIDENCES.index(arguments.confidence) + 1]
    try:
        for name, version, directory in chosen(arguments):
            measured = results[name] = measure(directory, arguments.limit)
            rows.append(row(name, version, measured))
            print(render_details(name, measured, wanted), flush=True)
    except DownloadFailed as failure:
        print(f"cannot download {failure}", file=sys.stderr)
        return 2
    print(f"\n{render_table(rows)}")
    if arguments.compare:
        print(f"\n{changes(json.loads(arguments.compare.read_text()), results)}")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1))
    return 1 if any(measured["errors"] for measured in results.values()) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [package.name for package in PACKAGES]
    parser.add_argument("--only", action="append", default=[], choices=names, metavar="NAME")
    parser.add_argument("--confidence", default="likely", choices=CONFIDENCES)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--compare", type=Path, metavar="FILE")
    parser.add_argument("--tree", type=Path, action="append", default=[], metavar="DIRECTORY")
    parser.add_argument("--cache", type=Path, default=default_cache(), metavar="DIRECTORY")
    parser.add_argument("--limit", type=float, default=20.0, help="CPU seconds for one file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
