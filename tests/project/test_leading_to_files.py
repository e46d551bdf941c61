"""Which files a change of some can be seen in: those that import them, by whatever others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from trees import tree

from detachlint.api import check_paths
from detachlint.config.options import Options
from detachlint.interpret import import_links, whole
from detachlint.interpret.engine.machine import Machine
from detachlint.ir.nodes import Code
from detachlint.rules.finding import Confidence

FILES = {
    "config.py": "PLOT = False\n",
    "plots.py": "from config import PLOT\n",
    "main.py": "def run():\n    import plots\n",
    "other.py": "import math\n",
    "pack/__init__.py": "import config\n",
    "pack/part.py": "x = 1\n",
    "uses_part.py": "from pack.part import x\n",
    "round.py": "import about\n",
    "about.py": "import round, main\n",
    "named.py": "import importlib\nimportlib.import_module(input())\n",
}
APART = {"other.py", "pack/part.py"}


def leading_to(root: Path, files: Mapping[str, str], *changed: str) -> frozenset[str]:
    project = tree(root, files)
    modules = {file: project.lowered(file) for file in files}
    held = {file: code for file, code in modules.items() if code is not None}
    return import_links.leading_to(changed, held, project)


def test_what_imports_it_by_others_does_lead_to_it(root: Path) -> None:
    assert leading_to(root, FILES, "config.py") == FILES.keys() - APART


def test_what_it_imports_does_not(root: Path) -> None:
    assert leading_to(root, FILES, "main.py") == {"main.py", "round.py", "about.py", "named.py"}


@pytest.mark.parametrize("name", FILES)
def test_a_file_leads_to_itself(root: Path, name: str) -> None:
    assert name in leading_to(root, FILES, name)


def test_scripts_that_a_switch_is_nothing_to_are_run_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where they are looked at together, since they share a helper."""
    ran: list[str] = []
    script = whole._run_script

    def noted(machine: Machine, file: str, code: Code) -> object:
        ran.append(file)
        return script(machine, file, code)

    monkeypatch.setattr(whole, "_run_script", noted)
    use = "import torch\nfrom helper import show\nw = torch.ones(2, requires_grad=True)\n"
    tree(
        root,
        {
            "helper.py": "def show(t):\n    return t.numpy()\n",
            "one.py": f"{use}PLOT = False\nif PLOT:\n    show(w)\n",
            "two.py": f"{use}show(w.detach())\n",
        },
    )
    results = list(check_paths(["."], Options(Confidence.LIKELY)))
    (finding,) = (finding for each in results for finding in each.findings)
    assert finding.filename == "helper.py", "missed alarm"
    assert sorted(ran) == ["one.py", "one.py", "two.py"]
