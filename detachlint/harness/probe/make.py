"""`python -m detachlint.harness.probe.make DIRECTORY WORKERS`: the tables of this interpreter's torch.

Needs nothing but NumPy and PyTorch (with what its own samples need), so that any interpreter can run
it. The first line of its output is the number of rows there are to make, each further one a row made.
"""

from __future__ import annotations

import sys
from pathlib import Path

from detachlint.harness.probe import module_samples, opinfo
from detachlint.harness.probe.drift import NAMES
from detachlint.harness.probe.pool import Job
from detachlint.harness.probe.tables import all_jobs, make_tables


def write_tables(directory: Path, tables: dict[str, str]) -> None:
    """Write each table to its place below `directory`."""
    for path, text in tables.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text, encoding="utf-8")


def main() -> None:
    """Make all tables and write them below the directory that the command line names."""
    directory, workers = sys.argv[1:]

    def tell(job: Job) -> None:
        print(*job, flush=True)

    # Without the samples the tables would come out poor: rather fail at once.
    opinfo.operators()
    module_samples.module_db()
    print(len(all_jobs()), flush=True)
    write_tables(Path(directory), make_tables(int(workers), tell))
    names = "".join(f"{name}\n" for _, name in all_jobs())
    (Path(directory) / NAMES).write_text(names, encoding="utf-8")


if __name__ == "__main__":
    main()
