"""What PyTorch declares of its operators: `derivatives.yaml`, which lies in the wheel.

It is a second opinion, not what rows are made of. It says of native functions which outputs and
arguments have derivatives; of what is composed of others (half of the public callables) it says nothing,
nor of views, flags under `no_grad`, dtypes or what comes out in Python. Everything that it says is seen
by executing; the tests compare the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

_FILES = ("torchgen/packaged/autograd/derivatives.yaml", "tools/autograd/derivatives.yaml")
_ENTRY = re.compile(r"- name: (\w+)(?:\.\w+)?\((.*)\) -> (.*)$")
_LINE = re.compile(r" {2,}([\w, ]+): (.*)$")
_KNOWS_ONE = re.compile(r"\bgrad\b|^non_differentiable$")
_PREFIXES = {"torch.linalg.": "linalg_", "torch.special.": "special_"}
_PLAIN = ("torch.Tensor.", "torch.nn.functional.", "torch.")


@dataclass(frozen=True)
class Declared:
    """What is declared of one overload."""

    differentiable: tuple[bool, ...]
    """Of each output. Integer tensors count as differentiable where nothing else is said."""
    are_all_said: bool
    """Whether it is said of each output, or follows from the formulas of its derivatives."""
    without_derivative: tuple[int, ...]
    """Positions of tensors of which an output does not depend differentiably."""


def declared(name: str) -> tuple[Declared, ...]:
    """The declarations for the overloads of a public callable; none where it is composed of others."""
    return _by_native_name().get(_native_name(name), ())


def _native_name(name: str) -> str:
    for prefix, native in _PREFIXES.items():
        if name.startswith(prefix):
            return native + name.removeprefix(prefix)
    return next((name.removeprefix(p) for p in _PLAIN if name.startswith(p)), name)


@cache
def _by_native_name() -> Mapping[str, tuple[Declared, ...]]:
    found: dict[str, tuple[Declared, ...]] = {}
    for name, one in _entries(_text()):
        found[name] = (*found.get(name, ()), one)
    return found


def _text() -> str:
    root = Path(torch.__file__).parent.parent
    paths = [root / file for file in _FILES if (root / file).is_file()]
    return paths[0].read_text(encoding="utf-8") if paths else ""


def _entries(text: str) -> Iterator[tuple[str, Declared]]:
    for block in re.split(r"\n(?=- name: )", text):
        first, *lines = block.splitlines() or [""]
        entry = _ENTRY.match(first)
        if entry is not None:
            found = (match for line in lines if (match := _LINE.match(line)))
            formulas = {match[1]: match[2] for match in found}
            yield entry[1], _declaration(entry[2], entry[3], formulas)


def _declaration(arguments: str, returns: str, formulas: Mapping[str, str]) -> Declared:
    """Of the types of arguments and outputs, and the lines below: formulas, and what is said of outputs."""
    said = re.findall(r"True|False", formulas.get("output_differentiability", ""))
    count = returns.count("Tensor")
    of = {name: formula for names, formula in formulas.items() for name in names.split(", ")}
    given = [one.split("=")[0].split() for one in _split(arguments)]
    tensors = [(place, one[-1]) for place, one in enumerate(given) if one[0].startswith("Tensor")]
    without = tuple(
        p for p, n in tensors if of.get(n, "non_differentiable") == "non_differentiable"
    )
    has_any = len(without) < len(tensors)
    # Formulas that know one gradient alone are of the first output.
    has_more = has_any and not all(map(_KNOWS_ONE.search, (of.get(n, "grad") for _, n in tensors)))
    differentiable = (has_any, *(has_more,) * (count - 1))
    if said:
        differentiable = tuple(one == "True" for one in said)
    return Declared(differentiable, bool(said), without)


def _split(arguments: str) -> list[str]:
    """The arguments, of which some have defaults with commas in brackets."""
    return [one.strip() for one in re.split(r",(?![^\[(]*[\])])", arguments) if one.strip() != "*"]
