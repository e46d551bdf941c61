"""Globs over paths, as `exclude` and `per-file-ignores` have them.

`*` and `?` match slashes too, as in flake8 and ruff; `{a,b}` is a choice. A pattern without a slash is
the name of a file or directory anywhere; one with a slash is relative to the directory of its
configuration file. What matches a directory matches all that is in it.
"""

from __future__ import annotations

import os
import re
from functools import cache

from detachlint.source.value_class import value_class

_SPECIAL = re.compile(r"[*?\[{]")


@value_class(frozen=True, slots=True)
class Pattern:
    """One glob. `root` is the directory, an absolute real path, that it is relative to."""

    text: str
    root: str

    @property
    def is_plain_name(self) -> bool:
        """Whether it is just the name of something."""
        return "/" not in self.text and not _SPECIAL.search(self.text)

    def matches(self, path: str) -> bool:
        """Whether it stands for a file or directory (an absolute real path), or one it is in."""
        path = path.replace(os.sep, "/")
        root = self.root.replace(os.sep, "/").rstrip("/") + "/"
        text = self.text.removeprefix("./").rstrip("/")
        inside = path.removeprefix(root)
        if "/" not in text:
            names = inside.split("/") if path.startswith(root) else [path.rpartition("/")[2]]
            return any(_regex(text).match(name) for name in names)
        if not text.startswith("/"):
            if not path.startswith(root):
                return False
            path = inside
        matches = _regex(text).match
        ends = (slash.start() for slash in re.finditer("/", path))
        return bool(matches(path)) or any(matches(path[:end]) for end in ends)


def expanded(text: str) -> list[str]:
    """The alternatives of a glob with `{a,b}` in it. A brace without its partner is itself."""
    match = re.search(r"\{([^{}]*)\}", text)
    if match is None:
        return [text]
    before, after = text[: match.start()], text[match.end() :]
    return [whole for part in match[1].split(",") for whole in expanded(before + part + after)]


@cache
def _regex(text: str) -> re.Pattern[str]:
    from fnmatch import translate

    # `**/` also stands for nothing at all.
    texts = {each for part in expanded(text) for each in (part, part.replace("**/", ""))}
    return re.compile("|".join(translate(each) for each in sorted(texts)))
