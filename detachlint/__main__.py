"""`python -m detachlint`, and the command `detachlint`."""

from __future__ import annotations

import os
import sys

from detachlint.quick import answer


def main() -> None:
    """Run the command line and exit."""
    if answer(sys.argv[1:]):
        sys.exit(0)
    import gc

    from detachlint.project.garbage import RARE_COLLECTIONS

    gc.set_threshold(*RARE_COLLECTIONS)
    from detachlint.cli.main import main as run

    try:
        run()
    except SystemExit as end:
        _leave(end)
        raise


def _leave(end: SystemExit) -> None:
    """End the process at once, unless somebody watches it or its output cannot be written.

    All is done and written. Taking each of the objects of a large analysis apart is what Python would do
    next, and takes a tenth of the time of a small run.
    """
    if not isinstance(end.code, int) or sys.gettrace() or sys.getprofile():
        return
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):  # Python has its own ways of telling that
        return
    os._exit(end.code)


if __name__ == "__main__":
    main()
