"""Observes the process it is imported in, from the moment that process imports PyTorch.

The program decides when that is, after setting variables that PyTorch reads while it is imported,
say; a process that never does is left alone. Nothing here imports more than Python has by then.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from detachlint.harness.after_import import AfterImport
from detachlint.harness.observed_environment import VARIABLE, read_settings


def observe_when_torch_is_imported(root: str) -> None:
    """Begin to observe after `import torch`; `root` is where this package was imported from.

    Does nothing in a process whose environment does not ask for it.
    """
    directory = os.environ.get(VARIABLE)
    if not directory:
        return

    if _tried(lambda: _prepare(directory, root)):
        begin = partial(_tried, partial(_record, directory, root))
        if "torch" in sys.modules:
            begin()
        else:
            sys.meta_path.insert(0, AfterImport("torch", begin))


def _tried(step: Callable[[], None]) -> bool:
    """Whether that worked. If not, the program has nothing to do with it, and goes on."""
    try:
        step()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        print(f"detachlint: a process is not observed: {reason}", file=sys.stderr)
        return False
    return True


def _prepare(directory: str, root: str) -> None:
    """Do what must have been done before the program's first line, whatever that is."""
    settings = read_settings(directory)
    with _importable(root):
        if not settings["connects"]:
            from detachlint.harness.sockets import refuse_connections

            refuse_connections()
        # The program's main file gets its text, where that is not what the file holds.
        program = settings["program"]
        if program is not None:
            from detachlint.harness.main_text import import_as, run_as

            run_as(program["filename"], program["text"])
            import_as(program["filename"], program["text"])


def _record(directory: str, root: str) -> None:
    with _importable(root):
        from detachlint.harness.recording import record_this_process
    record_this_process(directory)


@contextmanager
def _importable(root: str) -> Iterator[None]:
    """While this package can be imported, wherever it was imported from."""
    sys.path.insert(0, root)
    try:
        yield
    finally:
        sys.path.remove(root)
