"""The answer to the question that is asked most: files in which there is nothing to find.

`detachlint check a.py b.py` of files in which no word hints at a crossing, as pre-commit and editors
ask all day long, is answered here, before anything else is imported. Whatever is not as plain as that
is left to the command line proper, which says the same where it has to say anything: no option that
can be given here, and nothing in files without these words, leads to anything but "All checks passed!".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from detachlint.source.words import ADDRESSES, CROSSING_WORDS, LIBRARIES, NAMES, PARTS

_CONFIGURATION = ("pyproject.toml", "setup.cfg", "tox.ini")
_HINTS = tuple(word.encode() for word in (*CROSSING_WORDS, *ADDRESSES, *PARTS.values(), "coding"))
_IMPORTED = tuple(word.encode() for word in (*LIBRARIES, *NAMES))
_QUIET = ("-q", "--quiet")
_ISOLATED = "--isolated"
_WITHOUT_EFFECT = (*_QUIET, "-n", "--no-cache", _ISOLATED)
_ONLY_PARSE = 0x400  # ast.PyCF_ONLY_AST; importing `ast` takes longer than all of this


def answer(arguments: Sequence[str]) -> bool:
    """Whether the question was answered, "All checks passed!", and the process may end with 0."""
    if arguments[:1] != ["check"] or sys.stdout is None or any(map(_completes, os.environ)):
        return False
    names = [each for each in arguments[1:] if each not in _WITHOUT_EFFECT]
    seen: set[str] | None = None if _ISOLATED in arguments else set()
    if not names or not all(_holds_nothing(name, seen) for name in names):
        return False
    if not any(each in _QUIET for each in arguments):
        try:
            sys.stdout.write("All checks passed!\n")
            sys.stdout.flush()
        except OSError:  # how to complain of that is known elsewhere
            return False
    return True


def _completes(variable: str) -> bool:
    return variable.startswith("_DETACHLINT")


def _holds_nothing(name: str, seen: set[str] | None) -> bool:
    """Whether a file surely has nothing to tell of, and no configuration has anything to say of it.
    The folders in `seen` have none; None if none counts."""
    if name.startswith("-") or not name.endswith(".py"):
        return False
    try:
        if not os.path.isfile(name):  # noqa: PTH113 (pathlib takes longer than all of this)
            return False
        if seen is not None and not _are_unconfigured(os.path.dirname(name), seen):  # noqa: PTH120
            return False
        with open(name, "rb") as stream:  # noqa: PTH123
            data = stream.read()
        return not _hints_at_anything(data) and _is_python(data)
    except (OSError, ValueError):
        return False


def _are_unconfigured(folder: str, seen: set[str]) -> bool:
    current = os.path.realpath(folder or os.curdir)
    while current not in seen:
        seen.add(current)
        for name in _CONFIGURATION:
            try:
                with open(os.path.join(current, name), "rb") as stream:  # noqa: PTH118, PTH123
                    if _configures(stream.read()):
                        return False
            except FileNotFoundError:
                continue
        current = os.path.dirname(current)  # noqa: PTH120
    return True


def _configures(data: bytes) -> bool:
    """Whether a key or a table may be called detachlint (`config.files` looks for the same)."""
    for behind in data.split(b"detachlint")[1:]:
        unquoted = behind[1:] if behind[:1] in (b'"', b"'") else behind
        if unquoted.lstrip(b" \t")[:1] in (b"]", b".", b"=", b"\r", b"\n"):
            return True
    return False


def _hints_at_anything(data: bytes) -> bool:
    if not data.isascii() or b"\0" in data or any(word in data for word in _HINTS):
        return True
    lines = [line for line in data.split(b"\n") if b"import" in line or b"from" in line]
    return any(word in line for line in lines for word in _IMPORTED)


def _is_python(data: bytes) -> bool:
    """Whether Python reads it; what it warns of is nobody's business here."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, "", "exec", _ONLY_PARSE, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
