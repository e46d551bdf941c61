"""Switches that stand in one file and keep code of another shut."""

from __future__ import annotations

from pathlib import Path

import pytest
from trees import found, tree

PRELUDE = "import torch\nw = torch.ones(2, requires_grad=True)\n"


def lines_found(root: Path, config: str, body: str) -> list[int]:
    """The lines of `body` (from 1) with a finding; none is certain."""
    tree(root, {"config.py": config, "main.py": PRELUDE + body})
    seen = found(root, ".")
    assert set(seen.values()) <= {"likely"}
    return sorted(int(place.rpartition(":")[2]) - 2 for place in seen)


@pytest.mark.parametrize(
    "body",
    [
        "import config\nif config.PLOT:\n    w.numpy()\n",
        "import config as cfg\nif not cfg.PLOT:\n    pass\nelse:\n    w.numpy()\n",
        "from config import PLOT\nif PLOT:\n    w.numpy()\n",
        "from config import PLOT as on\nif on is True:\n    w.numpy()\n",
    ],
)
def test_the_code_is_looked_at_however_the_switch_is_named(root: Path, body: str) -> None:
    line = body[: body.index(".numpy()")].count("\n") + 1
    assert lines_found(root, "PLOT = False\n", body) == [line]


@pytest.mark.parametrize(
    "config",
    ["PLOT = False\nPLOT = bool(0)\n", "PLOT = bool(0)\n", "if False:\n    PLOT = False\n"],
)
def test_what_is_set_otherwise_is_no_switch(root: Path, config: str) -> None:
    tree(root, {"config.py": config, "main.py": PRELUDE})
    assert (
        lines_found(root, config, "import config\nx = config.PLOT and w.detach().numpy()\n") == []
    )


def test_what_another_file_sets_is_no_switch(root: Path) -> None:
    body = "import config\nconfig.PLOT = False\nif config.PLOT:\n    w.numpy()\n"
    assert lines_found(root, "PLOT = False\n", body) == []


def test_all_readers_of_a_switch_see_the_same(root: Path) -> None:
    config = "import torch\nGRAD = True\nv = torch.ones(2, requires_grad=GRAD)\n"
    body = "import config\nif not config.GRAD:\n    config.v.numpy()\nelse:\n    config.v.detach().numpy()\n"
    assert lines_found(root, config, body) == []
