"""The keys of the configuration, and how a raw value becomes one that means something.

A raw value comes from TOML, or is the text behind a key of an INI file. Whatever is wrong with it is
one line that names the place, the key and the mistake.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from detachlint.config.errors import ConfigurationError, meant
from detachlint.config.patterns import Pattern
from detachlint.knowledge.own import OwnFact, OwnFacts, parse_own_fact
from detachlint.project.followed import LIBRARIES
from detachlint.rules.codes import PREFIX, all_codes, stands_for_a_code
from detachlint.rules.finding import Confidence
from detachlint.source.language import Extensions, read_extensions
from detachlint.source.value_class import value_class


@value_class(frozen=True, slots=True)
class NamedFile:
    """A file by its path, and where that is said: what a complaint about it begins with."""

    path: str
    said: str


Values: TypeAlias = Mapping[str, Any]
"""Values by key, as `read_values` gives them."""


@value_class(frozen=True, slots=True)
class Place:
    """Where values stand: what a complaint begins with, and the directory that globs are relative to.

    `ini`: all values are texts, as in INI files.
    """

    label: str
    root: str
    ini: bool = False

    def error(self, key: str, wrong: str) -> ConfigurationError:
        """The complaint about a key. Without a label it is an option, which is all the place there is."""
        return ConfigurationError(": ".join(part for part in (self.label, key, wrong) if part))


@value_class(frozen=True, slots=True)
class FileIgnores:
    """An entry of `per-file-ignores`. `outside`: it is meant for the files that do not match."""

    pattern: Pattern
    outside: bool
    codes: tuple[str, ...]

    def ignored(self, path: str) -> tuple[str, ...]:
        """What it ignores in a file."""
        return self.codes if self.pattern.matches(path) != self.outside else ()


def read_values(raw: Mapping[str, object], place: Place) -> dict[str, Any]:
    """The values of a table of raw ones. Raises `ConfigurationError`."""
    return {key: read_value(key, value, place) for key, value in raw.items()}


def read_value(key: str, raw: object, place: Place, name: str = "") -> Any:
    """The value of a key, which messages call `name`."""
    reader = KEYS.get(key)
    if reader is None:
        raise place.error(key, f"there is no such key{meant(key, KEYS)}")
    return reader(raw, place, name or key)


# --- kinds of values --------------------------------------------------------------------------


def _strings(raw: object, place: Place, key: str) -> list[str]:
    if place.ini and isinstance(raw, str):
        return [word for part in re.split(r"[,\n]", raw) if (word := part.strip())]
    if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        raise place.error(key, f"has to be a list of strings, not {shown(raw)}")
    return raw


def _codes(raw: object, place: Place, key: str) -> tuple[str, ...]:
    return tuple(_code(text, place, key) for text in _strings(raw, place, key))


def _code(text: str, place: Place, key: str) -> str:
    code = text.strip().upper()
    if code == "ALL":
        return PREFIX
    if not stands_for_a_code(code):
        raise place.error(key, f"there is no rule {text!r}{meant(code, all_codes())}")
    return code


def _patterns(raw: object, place: Place, key: str) -> tuple[Pattern, ...]:
    return tuple(_pattern(text, place, key) for text in _strings(raw, place, key))


def _pattern(text: str, place: Place, key: str) -> Pattern:
    if not text.strip("/ "):
        raise place.error(key, "a pattern is empty")
    return Pattern(text, place.root)


def _flag(raw: object, place: Place, key: str) -> bool:
    words = {"true": True, "yes": True, "on": True, "1": True}
    words |= {"false": False, "no": False, "off": False, "0": False}
    if place.ini and isinstance(raw, str) and raw.lower() in words:
        return words[raw.lower()]
    if not isinstance(raw, bool):
        raise place.error(key, f"has to be true or false, not {shown(raw)}")
    return raw


def _one_of(*choices: str) -> Callable[[object, Place, str], str]:
    def read(raw: object, place: Place, key: str) -> str:
        if not isinstance(raw, str) or raw not in choices:
            names = " or ".join(repr(choice) for choice in choices)
            raise place.error(key, f"has to be {names}, not {shown(raw)}")
        return raw

    return read


def _confidence(raw: object, place: Place, key: str) -> Confidence:
    names = [confidence.value for confidence in reversed(Confidence)]
    return Confidence(_one_of(*names)(raw, place, key))


def _version(raw: object, place: Place, key: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)\.(\d+)(\.\d+)?", raw) if isinstance(raw, str) else None
    if match is None:
        raise place.error(key, f'has to be a version such as "2.1", not {shown(raw)}')
    return int(match[1]), int(match[2])


def _packages(raw: object, place: Place, key: str) -> tuple[str, ...]:
    return tuple(_package(text, place, key) for text in _strings(raw, place, key))


def _package(text: str, place: Place, key: str) -> str:
    name = text.strip()
    if not name.isidentifier():
        wrong = f"has to be names of packages, as they are imported, not {shown(text)}"
        raise place.error(key, wrong)
    if name in LIBRARIES:
        raise place.error(key, f"what {name!r} does is known as facts")
    return name


def _folder(raw: object, place: Place, key: str) -> str:
    path = _path(raw, place, key, "folder")
    if not os.path.isdir(path):  # noqa: PTH112 (a str)
        raise place.error(key, f"there is no folder {str(raw).strip()!r}")
    return os.path.normpath(path)


def _named_file(raw: object, place: Place, key: str) -> NamedFile:
    return NamedFile(_path(raw, place, key), ": ".join(part for part in (place.label, key) if part))


def _path(raw: object, place: Place, key: str, kind: str = "file") -> str:
    if not isinstance(raw, str) or not raw.strip() or "\0" in raw:
        raise place.error(key, f"has to be the name of a {kind}, not {shown(raw)}")
    return os.path.join(place.root, raw.strip())  # noqa: PTH118


def _file_ignores(raw: object, place: Place, key: str) -> tuple[FileIgnores, ...]:
    if place.ini and isinstance(raw, str):
        raw = dict(_ini_pairs(raw, place, key))
    if not isinstance(raw, dict):
        raise place.error(key, f"has to be a table of patterns and codes, not {shown(raw)}")
    entries: list[FileIgnores] = []
    for text, codes in raw.items():
        name = f"{key}: {text!r}"
        pattern = _pattern(text.removeprefix("!"), place, key)
        outside = text.startswith("!")
        entries.append(FileIgnores(pattern, outside, _codes(codes, place, name)))
    return tuple(entries)


def _facts(raw: object, place: Place, key: str) -> OwnFacts:
    if place.ini and isinstance(raw, str):
        lines = [line for line in raw.splitlines() if line.strip()]
        raw = {name.strip(): text.strip() for name, _, text in (x.partition(":") for x in lines)}
    if not isinstance(raw, dict):
        raise place.error(key, f"has to be a table of dotted names and words, not {shown(raw)}")
    entries = sorted(_flat(raw), key=lambda entry: entry[0])
    return OwnFacts(tuple(_fact(name, text, place, key) for name, text in entries))


def _fact(name: str, text: object, place: Place, key: str) -> OwnFact:
    named = f"{key}: {name!r}"
    if not isinstance(text, str):
        raise place.error(named, f"has to be a string, not {shown(text)}")
    try:
        return parse_own_fact(name, text)
    except ValueError as error:
        raise place.error(named, str(error)) from error


def _flat(table: Mapping[str, object], above: str = "") -> list[tuple[str, object]]:
    """The entries of a table by dotted name: TOML takes `a.b = 1` without quotes for tables."""
    entries: list[tuple[str, object]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            entries += _flat(value, f"{above}{name}.")
        else:
            entries.append((f"{above}{name}", value))
    return entries


def _ini_pairs(raw: str, place: Place, key: str) -> list[tuple[str, str]]:
    """flake8's form: `pattern[,pattern…]: code[,code…]`, one a line."""
    pairs: list[tuple[str, str]] = []
    for line in raw.splitlines():
        if not line.strip():
            continue
        patterns, colon, codes = line.rpartition(":")
        if not colon:
            raise place.error(key, f"{line.strip()!r} is not of the form `pattern: codes`")
        pairs += [(word.strip(), codes) for word in patterns.split(",") if word.strip()]
    return pairs


def _extensions(raw: object, place: Place, key: str) -> Extensions:
    try:
        return read_extensions(_strings(raw, place, key))
    except ValueError as error:
        raise place.error(key, str(error)) from error


def shown(raw: object) -> str:
    """A wrong value in a message, on one line and not too long."""
    text = str(raw).lower() if isinstance(raw, bool) else repr(raw)
    return text if len(text) <= 60 else f"{text[:57]}..."


FIX_STYLES = ("detach", "force")
"""The words of `detachlint.fix.FixStyle`, for those who do without what makes fixes."""

KEYS: dict[str, Callable[[object, Place, str], Any]] = {
    "select": _codes,
    "extend-select": _codes,
    "ignore": _codes,
    "per-file-ignores": _file_ignores,
    "min-confidence": _confidence,
    "exclude": _patterns,
    "extend-exclude": _patterns,
    "force-exclude": _flag,
    "respect-gitignore": _flag,
    "fix-style": _one_of(*FIX_STYLES),
    "unsafe-fixes": _flag,
    "target-torch": _version,
    "extension": _extensions,
    "facts": _facts,
    "follow-packages": _packages,
    "environment": _folder,
    "baseline": _named_file,
}
"""What reads the value of each key."""
