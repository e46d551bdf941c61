"""`python -m detachlint`, and the command `detachlint`."""

from __future__ import annotations

import gc
import sys

from detachlint.quick import answer

RARE_COLLECTIONS = (100_000, 20, 50)
"""Trees and states are many objects without circles: looking for those costs lowering two thirds of its
time with Python's own thresholds, and finds next to nothing."""


def main() -> None:
    """Run the command line and exit."""
    if answer(sys.argv[1:]):
        sys.exit(0)
    gc.set_threshold(*RARE_COLLECTIONS)
    from detachlint.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
