"""Whether the work is worth several processes."""

from __future__ import annotations

from collections.abc import Sequence

from detachlint.project.group import Group
from detachlint.project.program import Project

SMALL = 100_000
"""Characters of text whose analysis takes about as long as starting a process to share it with."""


def pays(project: Project, groups: Sequence[Group]) -> bool:
    """Whether these groups take long enough to be shared out."""
    if len(groups) < 2:
        return False
    sizes = (len(project.files.text(file) or "") for group in groups for file in group.files)
    total = 0
    for size in sizes:
        total += size
        if total >= 2 * SMALL:
            return True
    return False
