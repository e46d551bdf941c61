"""The trees that speed is measured on: packages, small files, and projects of any size."""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

PROJECTS = Path(__file__).parents[1] / "projects"

PLAIN = '''"""Parses the command line."""

import argparse


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    made.add_argument("--epochs", type=int, default=10)
    return made
'''
WITH_CROSSING = '''"""Trains, and keeps the losses."""

import torch
from torch import nn


def train(model: nn.Module, batches: list[torch.Tensor]) -> list[float]:
    losses = []
    for batch in batches:
        loss = model(batch).pow(2).mean()
        loss.backward()
        losses.append(loss.detach().numpy())
    return losses
'''
WITH_FINDING = WITH_CROSSING.replace(".detach()", "")


def lines_in(tree: Path) -> int:
    """The lines of the Python files of a tree."""
    return sum(file.read_bytes().count(b"\n") for file in tree.rglob("*.py"))


def mini_projects() -> list[Path]:
    """The small programs of the test suite."""
    return sorted(folder for folder in PROJECTS.iterdir() if (folder / "main.py").exists())


def thousand_files(root: Path) -> tuple[Path, list[Path]]:
    """A project of 1,000 files, a quarter of them programs of a handful each, the others code that does
    not use PyTorch; and ten of the files that cross into NumPy."""
    programs, plain = cycle(mini_projects()), cycle(_standard_library())
    examples: list[Path] = []
    count = 0
    while count < 250:
        target = root / f"experiment{count:03}"
        shutil.copytree(next(programs), target, ignore=shutil.ignore_patterns("__pycache__"))
        files = sorted(target.rglob("*.py"))
        count += len(files)
        crossing = [file for file in files if b".numpy()" in file.read_bytes()]
        examples += crossing[:1]
    (root / "library").mkdir()
    for number in range(count, 1000):
        (root / "library" / f"module{number}.py").write_bytes(next(plain))
    return root, examples[:: max(len(examples) // 10, 1)][:10]


def of_lines(root: Path, wanted: int) -> Path:
    """A project with that many lines: one in twenty of a program that uses PyTorch, others of code that
    does not (the standard library's)."""
    programs, plain = cycle(mini_projects()), cycle(_standard_library())
    written = programming = 0
    number = 0
    while written < wanted:
        number += 1
        if programming * 20 <= written:
            target = root / f"part{number:05}"
            shutil.copytree(next(programs), target, ignore=shutil.ignore_patterns("__pycache__"))
            programming += lines_in(target)
            written += lines_in(target)
        else:
            data = next(plain)
            folder = root / f"library{number // 200:03}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"module{number:05}.py").write_bytes(data)
            written += data.count(b"\n")
    return root


def _standard_library() -> list[bytes]:
    folder = Path(sysconfig.get_path("stdlib"))
    return [file.read_bytes() for file in sorted(folder.glob("*.py"))]


def hold_crossings(tree: Path) -> Iterator[Path]:
    """The files of a tree that the byte scan does not rule out."""
    from detachlint.source.scan import may_hold_crossing

    return (file for file in sorted(tree.rglob("*.py")) if may_hold_crossing(file.read_bytes()))
