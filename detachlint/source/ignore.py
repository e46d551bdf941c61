"""`.gitignore` files: what a directory walk leaves out because git does."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True)
class IgnoreRules:
    """The ignore files that apply in one directory, outermost first. Immutable.

    Each rule file is kept with the real path of the directory it stands in, to which its patterns
    are relative. The innermost file that says anything about a path decides, as in git.
    """

    rules: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def entering(self, directory: str) -> IgnoreRules:
        """The rules inside `directory` (a real path): these, and those of its own `.gitignore`."""
        spec = _read_rules(Path(directory, ".gitignore"))
        return IgnoreRules((*self.rules, (directory, spec))) if spec else self

    def ignores(self, path: str, is_directory: bool) -> bool:
        """Whether git would ignore this file or directory (a real path)."""
        for base, spec in reversed(self.rules):
            relative = path[len(base) :].lstrip(os.sep).replace(os.sep, "/")
            verdict = spec.check_file(relative + "/" if is_directory else relative).include
            if verdict is not None:
                return verdict
        return False


def rules_above(directory: str) -> IgnoreRules:
    """The rules of the git repository around `directory` (a real path), without its own file.

    None outside a repository. None either if the repository ignores the directory: whoever starts a
    walk at an ignored place means it.
    """
    root = _repository_root(Path(directory))
    if root is None:
        return IgnoreRules()
    excluded = _read_rules(root / ".git" / "info" / "exclude")
    rules = IgnoreRules(((str(root), excluded),) if excluded else ())
    if str(root) == directory:
        return rules
    current = root
    for part in Path(directory).relative_to(root).parts:
        rules = rules.entering(str(current))
        current = current / part
        if rules.ignores(str(current), is_directory=True):
            return IgnoreRules()
    return rules


def _repository_root(directory: Path) -> Path | None:
    for candidate in (directory, *directory.parents):
        if os.path.lexists(candidate / ".git"):
            return candidate
    return None


def _read_rules(path: Path) -> GitIgnoreSpec | None:
    """The patterns of an ignore file; None if there is none that can be read."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    # Imported late: a tree without ignore files does not pay for it.
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except (ValueError, re.error):
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True
