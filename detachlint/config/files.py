"""Configuration files: `pyproject.toml`, `setup.cfg`, `tox.ini`, or any named by the user.

A file that does not mention detachlint at all is read, but not parsed.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from detachlint.config.errors import ConfigurationError
from detachlint.config.values import Place, Values, read_values
from detachlint.source.value_class import value_class

NAMES = ("pyproject.toml", "setup.cfg", "tox.ini")
"""What is looked for in a directory. The first that has a section for detachlint counts."""

# A key or table of that name; that a project depends on detachlint, say, is not worth parsing it.
_KEY = re.compile(rb"""detachlint["']?[ \t]*[].=\r\n]""")

_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP})


@value_class(frozen=True, slots=True)
class ConfigFile:
    """A file with a section for detachlint. `label` is what messages call it."""

    label: str
    root: str
    values: Values


def find(directory: str) -> ConfigFile | None:
    """The configuration in a directory (an absolute real path). Raises `ConfigurationError`."""
    for name in NAMES:
        found = read(os.path.join(directory, name), directory)  # noqa: PTH118 (hot, and a str)
        if found is not None:
            return found
    return None


def read(path: str, root: str, *, named: bool = False) -> ConfigFile | None:
    """The configuration in a file; None if it says nothing about detachlint or does not exist.

    `named`: the user did, so that either is an error. Globs in it are relative to `root`.
    Raises `ConfigurationError`.
    """
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 (hot, and a str)
            data = stream.read()
    except (OSError, ValueError) as error:
        if not named and isinstance(error, OSError) and error.errno in _NOT_THERE:
            return None
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationError(f"{shown_path(path)}: {reason}") from error
    if not named and _KEY.search(data) is None:
        return None
    label = shown_path(path)
    ini = not path.endswith(".toml")
    table = _section(data, label) if ini else _table(data, label, own_file=_is_own(path, named))
    if table is None:
        if not named:
            return None
        section = "[detachlint]" if ini else "[tool.detachlint]"
        raise ConfigurationError(f"{label}: has no section {section}")
    return ConfigFile(label, root, read_values(table, Place(label, root, ini)))


def shown_path(path: str) -> str:
    """A path in messages: relative where it is in the current directory."""
    current = os.path.realpath(os.curdir)
    absolute = os.path.realpath(path)
    inside = absolute.startswith(current.rstrip(os.sep) + os.sep)
    return os.path.relpath(absolute, current) if inside else path


def parse_toml(text: str) -> dict[str, object]:
    """The table of a TOML text. Raises `ValueError`."""
    # Imported late: most runs find no configuration to parse.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        table: dict[str, object] = tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return table


def _is_own(path: str, named: bool) -> bool:
    return named and Path(path).name != "pyproject.toml"


def _table(data: bytes, label: str, *, own_file: bool) -> Mapping[str, object] | None:
    """The table `tool.detachlint`; of a file that is only for detachlint, all of it will do."""
    try:
        whole = parse_toml(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{label}: is not UTF-8 text") from error
    except ValueError as error:
        raise ConfigurationError(f"{label}: is not TOML: {error}") from error
    tool = whole.get("tool")
    if isinstance(tool, dict) and "detachlint" in tool:
        table = tool["detachlint"]
        if not isinstance(table, dict):
            raise ConfigurationError(f"{label}: tool.detachlint: has to be a table")
        return table
    return whole if own_file else None


def _section(data: bytes, label: str) -> Mapping[str, object] | None:
    """The section `[detachlint]`, its keys with hyphens whichever way they are written."""
    if b"[detachlint]" not in data:
        return None
    from configparser import Error, RawConfigParser

    parser = RawConfigParser()
    try:
        parser.read_string(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{label}: is not UTF-8 text") from error
    except Error as error:
        words = " ".join(str(error).replace("'<string>'", "the file").split())
        raise ConfigurationError(f"{label}: {words}") from error
    if not parser.has_section("detachlint"):
        return None
    return {key.replace("_", "-"): value for key, value in parser.items("detachlint")}
