"""Acts when the program imports a module, and not before: importing it is the program's to decide."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


class AfterImport:
    """A finder on `sys.meta_path` that acts once the module `name` has been imported."""

    def __init__(self, name: str, action: Callable[[], object]) -> None:
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
