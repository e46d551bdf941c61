"""Changes to a tree of files such as happen while somebody works on it."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

Change = Callable[[Path, random.Random], None]


def files_in(root: Path) -> list[Path]:
    """The Python files of a tree."""
    return sorted(root.rglob("*.py"))


def edit_a_line(root: Path, rng: random.Random) -> None:
    """Delete a line, say it twice, or change how a tensor is converted."""
    path = rng.choice(files_in(root))
    lines = path.read_text().splitlines(keepends=True) or ["\n"]
    index = rng.randrange(len(lines))
    line = lines[index]
    lines[index] = rng.choice(
        [
            "",
            line * 2,
            line.replace(".detach()", ""),
            line.replace(".numpy()", ".detach().numpy()"),
            line.replace("import", "import  "),
            line.rstrip("\n") + "  # noqa\n",
            "\n" + line,
        ]
    )
    path.write_text("".join(lines))


def detach_somewhere(root: Path, rng: random.Random) -> None:
    """Detach, or no longer detach, in a file that converts."""
    converting = [path for path in files_in(root) if ".numpy()" in path.read_text()]
    if converting:
        path = rng.choice(converting)
        text = path.read_text()
        one, other = rng.choice(
            [(".numpy()", ".detach().numpy()"), (".detach().numpy()", ".numpy()")]
        )
        path.write_text(text.replace(one, other, 1))


def swap_contents(root: Path, rng: random.Random) -> None:
    """Two files change places."""
    one, other = rng.choice(files_in(root)), rng.choice(files_in(root))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def delete_a_file(root: Path, rng: random.Random) -> None:
    """A file goes."""
    files = files_in(root)
    if len(files) > 1:
        rng.choice(files).unlink()


def rename_a_file(root: Path, rng: random.Random) -> None:
    """A file gets another name, or that of one which is imported."""
    path = rng.choice(files_in(root))
    path.rename(path.with_name(rng.choice(["other.py", "__init__.py", "model.py", "torch.py"])))


def shadow_a_module(root: Path, rng: random.Random) -> None:
    """A module appears that an import may mean from now on."""
    folder = rng.choice(files_in(root)).parent
    name = rng.choice(files_in(root)).stem
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "__init__.py").write_text("import torch\nmodel = torch.nn.Linear(2, 2)\n")


def mark_a_root(root: Path, rng: random.Random) -> None:
    """A folder becomes the root of a project, or is it no longer."""
    mark = rng.choice(files_in(root)).parent / "setup.py"
    if mark.exists():
        mark.unlink()
    else:
        mark.write_text("")


def touch(root: Path, rng: random.Random) -> None:
    """A file is written without being changed."""
    path = rng.choice(files_in(root))
    path.write_bytes(path.read_bytes())


def hide_the_time(root: Path, rng: random.Random) -> None:
    """A file changes and keeps its size and its time of change."""
    path = rng.choice(files_in(root))
    status = path.stat()
    text = path.read_text()
    path.write_text(text.replace("True", "None", 1).replace("detach", "detech", 1))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def add_a_caller(root: Path, rng: random.Random) -> None:
    """A script calls what another file defines, from within `no_grad` or not."""
    module = rng.choice(files_in(root))
    names = [
        line[4:].partition("(")[0]
        for line in module.read_text().splitlines()
        if line.startswith("def ")
    ]
    name = rng.choice(names or ["main"])
    body = f"    {name}(torch.ones(2, requires_grad=True))\n"
    text = f"import torch\nfrom {module.stem} import {name}\n\nif True:\n{body}"
    if rng.random() < 0.5:
        text = text.replace("if True:", "with torch.no_grad():")
    (module.parent / f"caller_{rng.randrange(3)}.py").write_text(text)


def import_across(root: Path, rng: random.Random) -> None:
    """A file imports one that it may have had nothing to do with, or no longer does."""
    path, other = rng.choice(files_in(root)), rng.choice(files_in(root))
    module = ".".join(other.relative_to(root).with_suffix("").parts)
    line = f"from {module} import *\n"
    text = path.read_text()
    path.write_text(text.replace(line, "") if line in text else line + text)


def import_by_name(root: Path, rng: random.Random) -> None:
    """A file imports another one by a name that it says or computes, or whatever it is told to; or what
    it is told to is settled."""
    path, other = rng.choice(files_in(root)), rng.choice(files_in(root))
    parts = list(other.relative_to(root).with_suffix("").parts)
    name = rng.choice([repr(".".join(parts)), f"'.'.join({parts!r})", "input()"])
    text = path.read_text()
    if "input()" in text:
        path.write_text(text.replace("input()", name))
    else:
        line = f"made = __import__('importlib').import_module({name})\n"
        path.write_text(text + line + "made.main().numpy()\n")


CHANGES: tuple[Change, ...] = (
    edit_a_line,
    detach_somewhere,
    swap_contents,
    delete_a_file,
    rename_a_file,
    shadow_a_module,
    mark_a_root,
    touch,
    hide_the_time,
    add_a_caller,
    import_across,
    import_by_name,
)
