"""Imports its parts when they are first asked for."""

import importlib

_PARTS = {
    "Encoder": ".encoder",
    "codes": ".encoder",
    "quiet_codes": ".encoder",
    "as_table": ".tables",
}

__all__ = ["Encoder", "as_table", "codes", "quiet_codes"]


def __getattr__(name):
    if name not in _PARTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PARTS[name], __name__), name)
