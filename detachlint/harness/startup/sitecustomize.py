"""Python imports this before a program that is run observed, and before each of its processes.

Leaves no trace of itself on the search path, and lets the environment's own `sitecustomize` run.
"""

from __future__ import annotations

import importlib
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 (imports nothing else)
_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(_HERE)))  # noqa: PTH120


def _observe() -> None:
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != _HERE]  # noqa: PTH100
    sys.path.insert(0, _ROOT)
    try:
        from detachlint.harness.in_place import observe_when_torch_is_imported
    finally:
        sys.path.remove(_ROOT)
    observe_when_torch_is_imported(_ROOT)


def _make_way() -> None:
    """Import the `sitecustomize` that would have been found if this one were not in front."""
    own = sys.modules.pop(__name__)
    try:
        importlib.import_module(__name__)
    except ModuleNotFoundError as error:
        if error.name != __name__:
            raise
        sys.modules[__name__] = own


_observe()
_make_way()
