"""Fixes as values: making them, applying them to a text, and replacing files.

Importing this package is cheap: libcst comes in with the first crossing to be fixed.
"""

from detachlint.fix.apply import Applied, apply_fixes
from detachlint.fix.attach import attach_fixes
from detachlint.fix.edits import FixStyle, detach_edits
from detachlint.fix.files import replace_file, write_file
from detachlint.fix.noqa import add_noqa

__all__ = [
    "Applied",
    "FixStyle",
    "add_noqa",
    "apply_fixes",
    "attach_fixes",
    "detach_edits",
    "replace_file",
    "write_file",
]
