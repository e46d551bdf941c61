"""Generates closed PyTorch programs with crossings sprinkled over them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from detachlint.harness.fuzz import forms as _forms
from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.forms.functions import HELPERS
from detachlint.harness.fuzz.kinds import FLAG, SCALAR, VECTOR
from detachlint.harness.fuzz.registry import FORMS, write_definition, write_statement

assert _forms.__all__  # imported for their registration

_IMPORTS = """\
import asyncio
import collections
import contextlib
import copy
import dataclasses
import functools
import io
import threading
import types
import typing

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

"""

_LENGTHS = (20, 25, 30, 50)
"""Lines after which no further statement is begun; one of them is drawn for each program.

Few statements leave fewer ways for one to hide what another does, and many short programs show more
in the same time."""


@dataclass(frozen=True)
class Program:
    """A generated program, and how often each form and operation was used in it."""

    text: str
    forms: Counter[str]


def form_names() -> tuple[str, ...]:
    """The names of all statements and definitions there are, for `excluded`."""
    return tuple(sorted(form.name for form in FORMS))


def generate(source: random.Random, excluded: Iterable[str] = ()) -> Program:
    """A program that `source` decides on, without the forms named in `excluded`.

    Equal states of `source` give equal programs. Run in keep-going mode a program ends without an
    exception, except for one in about fifty.
    """
    b = Builder(source, excluded)
    _begin(b)
    longest = b.pick(_LENGTHS)
    for _ in range(b.between(2, 5)):
        _write(b, write_definition, longest)
        for _ in range(b.between(1, 4)):
            _write(b, write_statement, longest)
    for _ in range(b.between(2, 8)):
        _write(b, write_statement, longest)
    body = "\n".join(b.lines) + "\n"
    helpers = "".join(text for name, text in HELPERS.items() if name in body)
    return Program(_IMPORTS + helpers + body, b.forms)


def _write(b: Builder, write: object, longest: int) -> None:
    if len(b.lines) < longest and callable(write):
        write(b)


def _begin(b: Builder) -> None:
    """Constants, and the first tensors: one that requires grad, one that does not."""
    b.emit(f"MODE = {b.pick(('train', 'test'))!r}")
    b.emit(f"FLAG = {b.pick(('True', 'False'))}")
    b.declare("FLAG", FLAG, pinned=True)
    for name, text in (
        ("weight", b.pick(("torch.ones(3, requires_grad=True)", "nn.Parameter(torch.randn(3))"))),
        ("data", b.pick(("torch.ones(3)", "torch.randn(3)", "torch.tensor([1.0, -2.0, 3.0])"))),
    ):
        b.emit(f"{name} = {text}")
        b.declare(name, VECTOR)
    b.emit(f"total = {b.pick(('weight', 'data', '(weight * data)'))}.sum()")
    b.declare("total", SCALAR)
