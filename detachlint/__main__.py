"""`python -m detachlint`, and the command `detachlint`."""

from __future__ import annotations

import gc
import sys

from detachlint.quick import answer


def main() -> None:
    """Run the command line and exit."""
    if answer(sys.argv[1:]):
        sys.exit(0)
    from detachlint.project.garbage import RARE_COLLECTIONS

    gc.set_threshold(*RARE_COLLECTIONS)
    from detachlint.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
