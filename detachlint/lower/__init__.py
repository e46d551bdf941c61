"""From Python's syntax tree to the IR."""

from detachlint.lower.module import lower_module

__all__ = ["lower_module"]
