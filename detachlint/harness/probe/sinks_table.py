"""`python -m detachlint.harness.probe.sinks_table`: make the table of other libraries' sinks anew.

Each library is executed in a process of its own: together they do not get on (each brings its own
threads), and one that crashes or hangs takes no other with it. Rows of a library that is not
installed, or whose process dies, stay as they are.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

import detachlint.knowledge
from detachlint.harness.probe import sinks
from detachlint.harness.probe.make import write_tables
from detachlint.harness.probe.tables import table_text
from detachlint.knowledge.table import index

TABLE = "sinks/executed.tsv"
KNOWLEDGE = Path(detachlint.knowledge.__file__).parent
PATIENCE = 900.0
"""Seconds that a library may take; the slowest, which draws figures, takes about a hundred."""


def main() -> None:
    """Write the table; with the name of a library and a file, the rows of that library alone."""
    if len(sys.argv) == 3:
        torch.set_num_threads(1)
        library, file = sys.argv[1:]
        Path(file).write_text(table_text(sinks.rows(library)), encoding="utf-8")
        return
    text, kept = made_anew((KNOWLEDGE / TABLE).read_text(encoding="utf-8"))
    write_tables(KNOWLEDGE, {TABLE: text})
    print(f"{len(index(text))} rows")
    for library, why in kept.items():
        print(f"the rows of {library} are the old ones: {why}")


def made_anew(old: str) -> tuple[str, dict[str, str]]:
    """The text of the table, and why the rows of a library are those of the old text."""
    names = {name for name, _, _ in sinks.calls()}
    rows: dict[str, str] = {}
    kept: dict[str, str] = {}
    for library in sorted({name.partition(".")[0] for name in names}):
        made = rows_of(library) if sinks.is_installed(library) else "it is not installed"
        if isinstance(made, str):
            kept[library] = made
            made = {name: row for name, row in index(old).items() if name.startswith(f"{library}.")}
        rows |= {name: row for name, row in made.items() if name in names}
    return table_text(dict(sorted(rows.items()))), kept


def rows_of(library: str) -> dict[str, str] | str:
    """The rows of a library by name, made in a process of its own; how that died, if it did."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "rows.tsv"
        try:
            done = subprocess.run(
                command(library, file),
                capture_output=True,
                cwd=place,  # some calls write files
                text=True,
                errors="replace",
                timeout=PATIENCE,
                env={**os.environ, **_SURROUNDINGS, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
        except subprocess.TimeoutExpired:
            return f"its process does not end in {PATIENCE:.0f} s"
        if done.returncode == 0:
            return index(file.read_text(encoding="utf-8"))
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return f"its process ends with {done.returncode}: {last}"


_SURROUNDINGS = {"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
"""No display, no threads."""


def command(library: str, file: Path) -> list[str]:
    """What makes the rows of one library."""
    return [sys.executable, "-m", "detachlint.harness.probe.sinks_table", library, str(file)]


if __name__ == "__main__":
    main()
