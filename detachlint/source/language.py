"""What is in a file, by the ending of its name."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TypeAlias


class Language(Enum):
    """How a file is read; the values are what users call it."""

    PYTHON = "python"
    NOTEBOOK = "ipynb"
    MARKDOWN = "markdown"


Extensions: TypeAlias = tuple[tuple[str, Language], ...]
"""Languages by extension (`"md"`, without the dot), in addition to the known ones."""

SEARCHED = (".py", ".ipynb")
"""The suffixes of names that a walk through a directory looks for."""

_KNOWN: Extensions = (
    ("ipynb", Language.NOTEBOOK),
    ("md", Language.MARKDOWN),
    ("markdown", Language.MARKDOWN),
)


def language_of(filename: str, extensions: Extensions = ()) -> Language:
    """How a file of that name is read; Python for want of anything better."""
    return dict((*_KNOWN, *extensions)).get(extension(filename), Language.PYTHON)


def searched(extensions: Extensions) -> tuple[str, ...]:
    """The suffixes of names that a walk looks for if these extensions have been added."""
    return (*SEARCHED, *(f".{name}" for name, _ in extensions))


def extension(filename: str) -> str:
    """What stands behind the last dot of a name, in lower case; `""` without one."""
    return filename.rpartition(".")[2].lower() if "." in filename else ""


def read_extensions(pairs: Iterable[str]) -> Extensions:
    """Languages by extension from pairs such as `md:markdown`.

    Raises `ValueError`, saying in one line what is wrong with a pair.
    """
    return tuple(_pair(pair) for pair in pairs)


def _pair(pair: str) -> tuple[str, Language]:
    name, colon, language = pair.partition(":")
    name = name.strip().lstrip(".").lower()
    if not colon or not name or set(name) & set("./\\"):
        raise ValueError(f"{pair!r} is no `extension:language`, such as `md:markdown`")
    try:
        return name, Language(language.strip().lower())
    except ValueError:
        known = ", ".join(each.value for each in Language)
        raise ValueError(f"{pair!r}: there is no language {language!r} (known: {known})") from None
