"""The process that executes PyTorch: reads names, writes rows.

`python -m detachlint.harness.probe.worker` reads one `kind⇥name` a line and answers each with
`kind⇥name⇥row`, after a first line that says it is there. Some operators crash on bad arguments, so copies
of the process do the work: when one has died, the next line says so, and another copy goes on. Needs
a system that can fork.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from typing import TextIO

import torch

from detachlint.harness.probe import (
    accelerated,
    classes,
    dtypes,
    hand,
    modules,
    numpy_observe,
    numpy_universe,
)
from detachlint.harness.probe.conclude import Unclassified, conclude
from detachlint.harness.probe.observe import observe
from detachlint.harness.probe.opinfo import operators
from detachlint.harness.probe.pool import DIED, PLAIN_CALL, READY
from detachlint.knowledge.rows import (
    NOT_MODELLED,
    format_call,
    format_class,
    format_module,
    format_numpy,
)


def call_row(name: str, *, with_traits: bool = True) -> str:
    """The row of a function, tensor method or attribute.

    Sparse, nested and other tensors, which some operators crash on, are tried for the traits alone.
    """
    if name in hand.READ:
        return f"{hand.READ[name]}\tread"
    try:
        fact = conclude(name, observe(name), with_traits=with_traits)
    except Unclassified as error:
        why = hand.reason(name, hand.first_error(name)) or str(error)
        return f"{NOT_MODELLED}{why}\ttried"
    return f"{format_call(fact)}\t{fact.evidence}"


def module_row(name: str) -> str:
    """The row of a class of `torch.nn`; `""` where it could not be constructed."""
    fact = modules.observe_module(name)
    return format_module(fact) if fact else ""


def class_row(name: str) -> str:
    """The row of another class; `""` where it could not be constructed."""
    fact = classes.observe_class(name)
    return format_class(fact) if fact else ""


def numpy_row(name: str) -> str:
    """The row of a NumPy function."""
    fact = numpy_observe.observe_numpy(name)
    if fact is not None:
        return format_numpy(fact)
    why = numpy_universe.why_not(name) or "no arguments that fit are known"
    return f"{NOT_MODELLED}{why}\ttried"


PROBE_FAILS = "the probe fails on it"
ROWS: Mapping[str, Callable[[str], str]] = {
    "call": call_row,
    PLAIN_CALL: partial(call_row, with_traits=False),
    "module": module_row,
    "class": class_row,
    "dtype": dtypes.dtype_row,
    "device": dtypes.device_row,
    "numpy": numpy_row,
    "accelerated": accelerated.accelerated_row,
}


def row(kind: str, name: str) -> str:
    """The row of a job. Where the probe itself fails on it, the row says so: no run ends of it."""
    try:
        return ROWS[kind](name)
    except Exception as error:  # whatever the object does when it is looked at
        told = " ".join(f"{type(error).__name__}: {error}".split())[:80]
        return f"{NOT_MODELLED}{PROBE_FAILS}: {told}\ttried"


def settle() -> None:
    """Make executions repeatable: one thread, no warnings, no leftovers of the environment."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")


LOST = 3
"""The exit code of a copy that the accelerator does not obey any more."""


def main() -> None:
    """Serve standard input until it ends."""
    settle()
    operators()  # takes as long as PyTorch itself, so no copy should have to do it
    gc.freeze()  # nor should any look for garbage in it, time and again
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # Whatever an operator prints must not get between the answers.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    print(READY, file=answers, flush=True)
    go_on_in_copies(answers)
    serve(answers)


def go_on_in_copies(answers: TextIO) -> None:
    """Returns in a copy of this process alone, and in another one whenever that has died. This process
    itself ends once a copy has come to its end."""
    while (copy := os.fork()) != 0:
        status = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
        if status == 0:
            sys.exit()
        if status != LOST:
            print(DIED, file=answers, flush=True)


def serve(answers: TextIO) -> None:
    """Answer each line of standard input, until it ends."""
    for line in sys.stdin:
        kind, _, name = line.rstrip("\n").partition("\t")
        torch.set_grad_enabled(True)
        print(f"{kind}\t{name}\t{row(kind, name)}", file=answers, flush=True)
        if kind == "accelerated" and accelerated.is_lost():
            sys.exit(LOST)


if __name__ == "__main__":
    main()
