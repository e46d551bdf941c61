"""What is wrong with a configuration."""

from __future__ import annotations

from collections.abc import Iterable


class ConfigurationError(Exception):
    """A configuration that cannot be used. The message is one line: `file: key: what is wrong`."""


def meant(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` where one of the known words is much like this one, else nothing."""
    # Imported late: only a mistake needs it.
    from difflib import get_close_matches

    close = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
