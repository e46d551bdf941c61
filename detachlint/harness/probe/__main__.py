"""`python -m detachlint.harness.probe`: make the tables anew by executing the installed PyTorch."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click
import torch

import detachlint.knowledge
from detachlint.harness.probe import drift, numpy_observe
from detachlint.harness.probe.accelerated import DEVICE, jobs
from detachlint.harness.probe.make import write_tables
from detachlint.harness.probe.pool import Job, WorkersDieError, make_rows
from detachlint.harness.probe.tables import (
    FILES,
    VERSION,
    Coverage,
    all_jobs,
    coverage,
    make_tables,
    table_text,
)
from detachlint.knowledge.facts import ACCELERATED
from detachlint.knowledge.rows import NOT_MODELLED
from detachlint.knowledge.table import index
from detachlint.knowledge.versions import VERSIONS, since

KNOWLEDGE = Path(detachlint.knowledge.__file__).parent


@click.command()
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=KNOWLEDGE,
    help="Write the tables below this directory instead of into the package.",
)
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    metavar="PYTHON",
    help="Execute the PyTorch of this interpreter instead, and print how it differs from the "
    "tables; it needs NumPy, expecttest, packaging and PyYAML, too. May be given several times.",
)
@click.option("--record", is_flag=True, help="Write what --against finds as the table of versions.")
@click.option(
    "--accelerated",
    is_flag=True,
    help="Write the table of what autocast does on a GPU instead; it takes one.",
)
@click.option("--workers", default=min(4, os.cpu_count() or 1), help="Processes to use.")
def main(
    output: Path, against: tuple[Path, ...], record: bool, accelerated: bool, workers: int
) -> None:
    """Execute every public callable of the installed PyTorch and write what it does."""
    if record and not against:
        raise click.UsageError("--record needs --against")
    if accelerated and not torch.cuda.is_available():
        raise click.UsageError("--accelerated needs a GPU, and PyTorch finds none")
    try:
        if accelerated:
            _make_accelerated(output, workers)
            return
        if not against:
            _make(output, workers)
            return
        found = dict(_compare(interpreter, workers) for interpreter in against)
        if record:
            path = str(VERSIONS.path.relative_to(KNOWLEDGE))
            write_tables(output, {path: drift.record({**found, VERSION: []})})
    except (WorkersDieError, drift.OtherInterpreterError, OSError) as error:
        raise click.UsageError(f"{error}; no table was written") from error


def _make(output: Path, workers: int) -> None:
    start = time.monotonic()
    total = len(all_jobs())
    with click.progressbar(length=total, label=f"torch {VERSION}", file=sys.stderr) as bar:

        def tell(_: Job) -> None:
            bar.update(1)

        tables = make_tables(workers, tell)
    write_tables(output, tables)
    click.echo(f"executed in {time.monotonic() - start:.0f} s")
    _tell_coverage("PyTorch", coverage(index(tables[FILES["call"]])))
    _tell_coverage("NumPy", coverage(index(tables[FILES["numpy"]]), numpy_observe.names()))
    for path, text in tables.items():
        click.echo(f"{len(index(text)):5} rows in {path}")


def _tell_coverage(library: str, known: Coverage) -> None:
    marked = known.total - known.modelled
    click.echo(
        f"{library}: {known.modelled} of {known.total} public callables modelled, {marked} marked "
        "with the reason why not"
    )
    for reason, count in known.reasons.most_common():
        click.echo(f"{count:5} {reason}")


def _make_accelerated(output: Path, workers: int) -> None:
    wanted = jobs()
    with click.progressbar(length=len(wanted), label=f"torch {VERSION}", file=sys.stderr) as bar:
        rows = make_rows(wanted, workers, lambda _: bar.update(1))
    kept = {name: row for (_, name), row in rows.items() if row and NOT_MODELLED not in row}
    text = table_text(kept, f"torch {VERSION} {DEVICE}")
    write_tables(output, {str(ACCELERATED.path.relative_to(KNOWLEDGE)): text})
    click.echo(f"{len(kept)} rows in {ACCELERATED.path.name}")


def _compare(interpreter: Path, workers: int) -> tuple[str, list[drift.Drift]]:
    """The version of another PyTorch, and its drifts, of which the unrecorded ones are printed."""
    with click.progressbar(length=1, label=str(interpreter), file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        other = drift.tables_of(interpreter, workers, tell)
    texts = {path: (KNOWLEDGE / path).read_text(encoding="utf-8") for path in drift.COMPARED}
    found = list(drift.drifts(texts, other, {name for _, name in all_jobs()}))
    new = [one for one in found if not drift.is_recorded(one, other.version)]
    for one in new:
        held = since(one.name)
        click.echo(f"{one}\n  (the row holds since torch {held})" if held else one)
    click.echo(
        f"torch {other.version}: {len(found)} rows differ from the tables of torch {VERSION}, "
        f"{len(found) - len(new)} of them as recorded"
    )
    return other.version, found


if __name__ == "__main__":
    main()
