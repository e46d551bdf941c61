import os

BACKEND = os.environ.get("SCORER_BACKEND", "plain")

if BACKEND == "checked":
    from .checked import as_array
else:
    from .plain import as_array

try:
    from .compiled import as_array_checked
except ImportError:
    from .checked import as_array as as_array_checked

__all__ = ["BACKEND", "as_array", "as_array_checked"]
