"""What a file says by itself: what it imports, does when it is imported, and mentions.

It is read off the file's lines without parsing it. Most files of a project are looked at for nothing
else, and this is some twenty times faster than a syntax tree. What is done on import stands at the left
margin (or under an `if` or `try` there).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from sys import intern
from unicodedata import normalize

from detachlint.source.scan import imports_library, mentions_tensors, text_may_hold_crossing
from detachlint.source.value_class import value_class
from detachlint.source.words import IMPORTS_BY_NAME

_IMPORT = re.compile(
    r"""^(?P<indent>[ \t]*)
    (?: from [ \t]+ (?P<source>\.*[ \t]*[\w.]*) [ \t]+ import [ \t]*
        (?: \( (?P<many>[^)]*) \) | (?P<names>[^\n#;]*) )
      | import [ \t]+ (?P<modules>[^\n#;]*) )""",
    re.VERBOSE | re.MULTILINE,
)
_ACTS = re.compile(
    r"""^(?: @ (?P<decorator>[^\W\d]\w*)
      | (?P<called>[^\W\d]\w*) (?: [.\w]* \( | \[ [^\n]* \] \s* [-+*|]?= | (?:\.\w+)+ \s* [-+*|]?= [^=] )
      | class \s+ \w+ \s* \( (?P<bases>[^\n:]*) )""",
    re.VERBOSE | re.MULTILINE,
)
_SWITCHES = re.compile(
    r"""^ (?! [ \t]* (?: with | async | [@\#] ) ) [^\n\#"']*?
    (?: set_grad_enabled \s* \( | (?:no_grad|enable_grad|inference_mode) \s* \( [^\n]* __enter__ )""",
    re.VERBOSE | re.MULTILINE,
)
SWITCHING = ("set_grad_enabled", "__enter__")
"""Without these, the grad mode is what it was once a `with` or a function is left."""
_AT_MARGIN = re.compile(
    r"^(?:(?:async\s+)?(?:def|class)\s+(?P<name>\w+)|[^\s#)\]}]).*", re.MULTILINE
)
_BY_NAME = re.compile(
    r"""(?: import_module | __import__ ) \( \s* ["'] (?P<module>\.*[\w.]+) ["']
      | ["'] (?P<text> \.*(?:[^\W\d]\w*\.)+[^\W\d]\w* | \.+[^\W\d]\w* ) ["']""",
    re.VERBOSE,
)
_BEGINNING_OF_NAME = re.compile(
    r"""["'] (?P<package> \.*(?:[^\W\d]\w*\.)+ | \.+ ) \w* (?: ["'] \s* \+ | \{ | %s )""",
    re.VERBOSE,
)
EVERY_MODULE = "*."
"""In an import by name, in place of a name: any module of the package may be meant."""
_NAME = re.compile(r"[^\W\d]\w*")
_COMMENT = re.compile(r"#[^\n]*")
SUBCLASS_HOOKS = ("__init_subclass__", "__subclasses__")
"""With these a class knows of the classes that are derived from it."""


@value_class(frozen=True, slots=True)
class ImportLine:
    """One import statement. `names` pairs what is imported with what it is called here; it is None for
    `import module`. `inner`: it stands inside of a function, or the like."""

    level: int
    module: str
    names: tuple[tuple[str, str], ...] | None
    called: str
    inner: bool


def imports_in(text: str) -> tuple[ImportLine, ...]:
    """The import statements of a file. May take a line of a string for one, which does no harm."""
    return tuple(_imports(text))


def _imports(text: str) -> Iterator[ImportLine]:
    for match in _IMPORT.finditer(text):
        inner = len(match["indent"].expandtabs(4)) > 4
        source = match["source"]
        if source is None:
            for module, called in _aliases(match["modules"]):
                yield ImportLine(0, module, None, called.partition(".")[0], inner)
            continue
        source = source.replace(" ", "").replace("\t", "")
        module = source.lstrip(".")
        names = tuple(_aliases(match["many"] if match["many"] is not None else match["names"]))
        yield ImportLine(len(source) - len(module), module, names, "", inner)


def imports_by_name_in(text: str) -> tuple[ImportLine, ...]:
    """The modules, and things in modules, that texts of a file may name: `"package.module.Class"`."""
    return tuple(
        _named(match["module"] or match["text"], is_module=match["module"] is not None)
        for match in _BY_NAME.finditer(text)
    )


def imports_by_beginning_in(text: str) -> tuple[ImportLine, ...]:
    """The packages of which texts of a file may name a module: `"package." + name`."""
    found: list[ImportLine] = []
    for match in _BEGINNING_OF_NAME.finditer(text):
        path = match["package"].lstrip(".")
        level = len(match["package"]) - len(path)
        found.append(ImportLine(level, path.rstrip("."), ((EVERY_MODULE, ""),), "", True))
    return tuple(found)


def _named(name: str, *, is_module: bool) -> ImportLine:
    path = name.lstrip(".")
    level = len(name) - len(path)
    owner, _, last = path.rpartition(".")
    if is_module or not owner:
        return ImportLine(level, path, None, "", True)
    return ImportLine(level, owner, ((last, ""),), "", True)


def _aliases(text: str) -> Iterator[tuple[str, str]]:
    """`a.b as c, d` as pairs of what is imported and what it is called."""
    for part in _COMMENT.sub("", text).replace("\\\n", " ").split(","):
        words = part.split()
        if words:
            yield words[0], words[-1]


@value_class(frozen=True, slots=True)
class Deeds:
    """What a file does when it is imported: whose functions it calls, whose classes it derives from.

    `switches`: it may leave the grad mode switched, in its own code or by a function that it calls.
    """

    called: frozenset[str]
    derived_from: frozenset[str]
    switches: bool


def deeds_in(text: str) -> Deeds:
    """The names at the left margin that are called, decorate, or are stored into; names of bases."""
    called: set[str] = set()
    bases: set[str] = set()
    for match in _ACTS.finditer(text):
        if match["bases"] is not None:
            bases.update(_NAME.findall(match["bases"]))
        else:
            called.add(match["decorator"] or match["called"])
    return Deeds(frozenset(called), frozenset(bases), _switches_grad_mode(text, called))


def _switches_grad_mode(text: str, called: set[str]) -> bool:
    if not any(word in text for word in SWITCHING):
        return False
    for match in _SWITCHES.finditer(text):
        lines = [*_AT_MARGIN.finditer(text, 0, match.end())][-1:]
        if any("__name__" not in line[0] and line["name"] in {None, *called} for line in lines):
            return True
    return False


@value_class(frozen=True, slots=True)
class Outline:
    """All that is to be known of a file's text but for its code.

    `imports_by_name` are what its strings may name, which counts where `imports_dynamically` holds of
    some file of a program. `has_subclass_hooks`: a class in it may know of those derived from it.
    `mentions_tensors`, `may_cross` and `imports_library` are the answers of the byte scan.
    """

    imports: tuple[ImportLine, ...]
    imports_by_name: tuple[ImportLine, ...]
    imports_dynamically: bool
    deeds: Deeds
    has_subclass_hooks: bool
    mentions_tensors: bool
    may_cross: bool
    imports_library: bool
    words: frozenset[str]


def outline_of(text: str) -> Outline:
    """The outline of a file with that text."""
    dynamically = any(word in text for word in IMPORTS_BY_NAME)
    return Outline(
        imports_in(text),
        (*imports_by_name_in(text), *(imports_by_beginning_in(text) if dynamically else ())),
        dynamically,
        deeds_in(text),
        any(hook in text for hook in SUBCLASS_HOOKS),
        mentions_tensors(text),
        text_may_hold_crossing(text),
        imports_library(text),
        _words_in(text),
    )


def _words_in(text: str) -> frozenset[str]:
    words = frozenset(map(intern, _NAME.findall(text)))  # many files mention the same ones
    # Python folds identifiers of compatibility characters into plain ones.
    return words if text.isascii() else words.union(_NAME.findall(normalize("NFKC", text)))
