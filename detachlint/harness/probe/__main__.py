"""`python -m detachlint.harness.probe`: make the tables anew by executing the installed PyTorch."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click

import detachlint.knowledge
from detachlint.harness.probe.pool import Job
from detachlint.harness.probe.tables import FILES, VERSION, all_jobs, coverage, make_tables
from detachlint.knowledge.table import index

KNOWLEDGE = Path(detachlint.knowledge.__file__).parent


@click.command()
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=KNOWLEDGE,
    help="Write the tables below this directory instead of into the package.",
)
@click.option("--workers", default=min(4, os.cpu_count() or 1), help="Processes to use.")
def main(output: Path, workers: int) -> None:
    """Execute every public callable of the installed PyTorch and write what it does."""
    start = time.monotonic()
    total = len(all_jobs())
    with click.progressbar(length=total, label=f"torch {VERSION}", file=sys.stderr) as bar:

        def tell(_: Job) -> None:
            bar.update(1)

        tables = make_tables(workers, tell)
    for path, text in tables.items():
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        (output / path).write_text(text, encoding="utf-8")
    _report(tables, time.monotonic() - start)


def _report(tables: dict[str, str], seconds: float) -> None:
    known = coverage(index(tables[FILES["call"]]))
    click.echo(f"{known.modelled} of {known.total} public callables modelled, in {seconds:.0f} s")
    for reason, count in known.reasons.most_common():
        click.echo(f"{count:5} {reason}")
    for path, text in tables.items():
        click.echo(f"{len(index(text)):5} rows in {path}")


if __name__ == "__main__":
    main()
