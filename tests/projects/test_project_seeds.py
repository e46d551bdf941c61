"""Which files of a project are looked at, beside those that speak of tensors themselves."""

from __future__ import annotations

from pathlib import Path

from detachlint.api import check_paths
from detachlint.project.files import ProjectFiles
from detachlint.project.program import Project
from detachlint.project.seeds import seeds_of

METRICS = "import numpy as np\n\n\ndef total(values):\n    return np.asarray(values).sum()\n"
MODEL = "import torch\n\nfrom metrics import total\n\ntotal(torch.ones(2, requires_grad=True))\n"


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")


def lines_found(folder: Path) -> list[tuple[str, int]]:
    results = check_paths([folder])
    return [(Path(r.filename).name, f.span.line) for r in results for f in r.findings]


def test_a_file_that_only_knows_numpy_is_handed_tensors_by_another(tmp_path: Path) -> None:
    write(tmp_path, metrics=METRICS, main=MODEL)
    assert lines_found(tmp_path) == [("metrics.py", 5)]


def test_whoever_brings_both_together_need_not_mention_either(tmp_path: Path) -> None:
    weights = "import torch\n\nWEIGHTS = torch.ones(2, requires_grad=True)\n"
    main = "from metrics import total\nfrom weights import WEIGHTS\n\ntotal(WEIGHTS)\n"
    write(tmp_path, metrics=METRICS, weights=weights, main=main)
    assert lines_found(tmp_path) == [("metrics.py", 5)]


def test_what_nothing_connects_with_tensors_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, metrics=METRICS, other="import torch\n\ntorch.ones(2)\n")
    assert seeds_of(Project(ProjectFiles(map(str, tmp_path.iterdir())))) == frozenset()


SHOW = "def show(value):\n    return value.numpy()\n"
BETWEEN = "from show import show\n\n\ndef between(value):\n    return show(value)\n"
START = "import torch\n\nfrom outer import start\n\nstart(torch.ones(2, requires_grad=True))\n"


def test_a_file_with_a_crossing_of_its_own_may_lead_to_another_one(tmp_path: Path) -> None:
    """It is looked at first, when it is not known yet that `between` leads anywhere."""
    outer = "from between import between\n\n\ndef start(value):\n    return between(value * 2)\n"
    own = "\n\ndef safe(value):\n    return value.detach().numpy()\n"
    write(tmp_path, show=SHOW, between=BETWEEN, outer=outer + own, main=START)
    assert lines_found(tmp_path) == [("show.py", 2)]


def test_the_way_to_a_crossing_may_leave_its_file_and_come_back(tmp_path: Path) -> None:
    outer = "import between\n\n\ndef start(value):\n    return between.between(value * 2)\n\n\n"
    between = "import outer\n\n\ndef between(value):\n    return outer.show(value)\n"
    write(tmp_path, between=between, outer=outer + SHOW, main=START)
    assert lines_found(tmp_path) == [("outer.py", 9)]


def test_what_leads_to_a_crossing_may_be_imported_under_another_name(tmp_path: Path) -> None:
    between = (
        "from show import show as convert\n\n\ndef between(value):\n    return convert(value)\n"
    )
    main = "import torch\nimport between\n\nbetween.between(torch.ones(2, requires_grad=True))\n"
    write(tmp_path, show=SHOW, between=between, main=main)
    assert lines_found(tmp_path) == [("show.py", 2)]


def test_a_package_may_pass_it_on_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    write(tmp_path / "box", show=SHOW, __init__="from .show import show as convert\n")
    between = "from . import convert as give\n\n\ndef between(value):\n    return give(value)\n"
    write(tmp_path / "box", between=between)
    main = "import torch\nfrom box import between\n\n"
    write(tmp_path, main=main + "between.between(torch.ones(2, requires_grad=True))\n")
    assert lines_found(tmp_path) == [("show.py", 2)]


def test_what_makes_something_that_leads_there_may_be_renamed(tmp_path: Path) -> None:
    makers = "from show import show\n\n\ndef make():\n    return [show]\n"
    between = "from makers import make as new\n\n[shown] = new()\n\n\n"
    between += "def between(value):\n    return shown(value)\n"
    main = "import torch\nimport between\n\nbetween.between(torch.ones(2, requires_grad=True))\n"
    write(tmp_path, show=SHOW, makers=makers, between=between, main=main)
    assert lines_found(tmp_path) == [("show.py", 2)]
