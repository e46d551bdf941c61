"""`python -m detachlint.harness.probe.make DIRECTORY WORKERS`: the tables of this interpreter's torch.

Needs nothing but NumPy and PyTorch (with what its own samples need), so that any interpreter can run
it. The first line of its output is the number of rows there are to make, each further one a row made.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from detachlint.harness.probe import module_samples, opinfo
from detachlint.harness.probe.drift import NAMES
from detachlint.harness.probe.pool import Job
from detachlint.harness.probe.tables import all_jobs, make_tables


def write_tables(directory: Path, tables: dict[str, str]) -> None:
    """Write each table to its place below `directory`: whole, and only after all are written.

    Raises OSError, and then has changed nothing.
    """
    written: list[tuple[Path, Path]] = []
    try:
        for path, text in tables.items():
            target = directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = target.with_name(f".{target.name}.new")
            written.append((beside, target))
            beside.write_text(text, encoding="utf-8")
        for beside, target in written:
            beside.replace(target)
    finally:
        for beside, _ in written:
            beside.unlink(missing_ok=True)


def main() -> None:
    """Make all tables and write them below the directory that the command line names."""
    directory, workers = sys.argv[1:]
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # Whatever PyTorch prints while it is imported must not get between the answers.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def tell(job: Job) -> None:
        print(*job, file=answers, flush=True)

    # Without the samples the tables would come out poor: rather fail at once.
    opinfo.operators()
    module_samples.module_db()
    print(len(all_jobs()), file=answers, flush=True)
    write_tables(Path(directory), make_tables(int(workers), tell))
    names = "".join(f"{name}\n" for _, name in all_jobs())
    (Path(directory) / NAMES).write_text(names, encoding="utf-8")


if __name__ == "__main__":
    main()
