"""The tables as text: what has to be in them, in which order, and how much of it is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from detachlint.harness.probe import classes, dtypes, modules, numpy_observe
from detachlint.harness.probe.aliases import aliases, evidence_of
from detachlint.harness.probe.opinfo import base_name
from detachlint.harness.probe.pool import Job, make_rows
from detachlint.harness.probe.universe import further_names, public_names
from detachlint.knowledge.rows import NOT_MODELLED

VERSION = torch.__version__.partition("+")[0]

FILES = {
    "call": "torch/calls.tsv",
    "module": "torch/modules.tsv",
    "class": "torch/classes.tsv",
    "dtype": "torch/dtypes.tsv",
    "device": "torch/devices.tsv",
    "numpy": "numpy/calls.tsv",
}
ALIASES = "torch/aliases.tsv"
WITH_ALIASES = ("call", "module", "class")
"""Kinds of what PyTorch has under several names."""


def all_jobs() -> list[Job]:
    """Everything that should have a row; callables with the same last name stand together."""
    names = sorted({*public_names(), *further_names()}, key=lambda name: (base_name(name), name))
    return [
        *(("call", name) for name in names),
        *(("module", name) for name in modules.names()),
        *(("class", name) for name in classes.names()),
        *(("dtype", name) for name in dtypes.names()),
        *(("device", name) for name in dtypes.device_names()),
        *(("numpy", name) for name in numpy_observe.names()),
    ]


def make_tables(workers: int, tell: Callable[[Job], None] = lambda job: None) -> dict[str, str]:
    """The text of each table, by its path inside `detachlint/knowledge`."""
    rows = make_rows(all_jobs(), workers, tell)
    kept = {job: row for job, row in rows.items() if row and not _is_noise(job, row)}
    texts = {
        path: table_text({name: row for (kind, name), row in kept.items() if kind == wanted})
        for wanted, path in FILES.items()
    }
    numpy_rows = {name: row for (kind, name), row in kept.items() if kind == "numpy"}
    texts[FILES["numpy"]] = table_text(numpy_rows, f"numpy {np.__version__} torch {VERSION}")
    same = aliases({name for kind, name in kept if kind in WITH_ALIASES})
    texts[ALIASES] = table_text({a: f"{name}\t{evidence_of(a, name)}" for a, name in same.items()})
    return texts


def table_text(rows: Mapping[str, str], executed: str = f"torch {VERSION}") -> str:
    """A table: a comment that tells what was executed, then the rows by name."""
    lines = [f"{name}\t{row}" for name, row in sorted(rows.items())]
    return "\n".join([f"# {executed}", *lines, ""])


def _is_noise(job: Job, row: str) -> bool:
    """Outside the counted universe, what cannot be classified has no row."""
    return row.startswith(NOT_MODELLED) and job[1] in set(further_names()) - set(public_names())


@dataclass(frozen=True)
class Coverage:
    """How much of the public callables has a fact."""

    total: int
    modelled: int
    reasons: Counter[str]


def coverage(rows: Mapping[str, str], wanted: Sequence[str] = ()) -> Coverage:
    """Count the rows (by name) of a table: of PyTorch's counted universe, or of what is `wanted`."""
    wanted = wanted or public_names()
    missing = [rows.get(name, f"{NOT_MODELLED}no row") for name in wanted]
    reasons = Counter(
        row.partition("\t")[0].removeprefix(NOT_MODELLED)
        for row in missing
        if row.startswith(NOT_MODELLED)
    )
    return Coverage(len(wanted), len(wanted) - sum(reasons.values()), reasons)
