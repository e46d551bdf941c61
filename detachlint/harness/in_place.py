"""Observes the process it is imported in, from the moment that process imports PyTorch.

The program decides when that is, after setting variables that PyTorch reads while it is imported,
say; a process that never does is left alone. Nothing here imports more than Python has by then.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

VARIABLE = "DETACHLINT_OBSERVED"
"""The environment variable that names the directory of the journals and of the settings."""


class _AfterImport:
    """A finder on `sys.meta_path` that acts once the module `name` has been imported."""

    def __init__(self, name: str, action: Callable[[], None]) -> None:
        self._name = name
        self._action = action
        self._is_asking_others = False

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the other finders have, with a loader that acts after loading."""
        if name != self._name or self._is_asking_others:
            return None
        self._is_asking_others = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._is_asking_others = False
        if spec is not None and spec.loader is not None:
            self._act_after(spec.loader)
        return spec

    def _act_after(self, loader: object) -> None:
        load: Callable[[ModuleType], None] = loader.exec_module  # type: ignore[attr-defined]

        def load_and_act(module: ModuleType) -> None:
            del loader.exec_module  # type: ignore[attr-defined]
            load(module)
            sys.meta_path.remove(self)
            self._action()

        loader.exec_module = load_and_act  # type: ignore[attr-defined]


def observe_when_torch_is_imported(root: str) -> None:
    """Begin to observe after `import torch`; `root` is where this package was imported from.

    Does nothing in a process whose environment does not ask for it.
    """
    directory = os.environ.get(VARIABLE)
    if not directory:
        return

    def begin() -> None:
        try:
            _record(directory, root)
        except Exception as error:
            # The program has nothing to do with it, and goes on.
            reason = f"{type(error).__name__}: {error}"
            print(f"detachlint: a process is not observed: {reason}", file=sys.stderr)

    if "torch" in sys.modules:
        begin()
    else:
        sys.meta_path.insert(0, _AfterImport("torch", begin))


def _record(directory: str, root: str) -> None:
    sys.path.insert(0, root)
    try:
        from detachlint.harness.recording import record_this_process
    finally:
        sys.path.remove(root)
    record_this_process(directory)
