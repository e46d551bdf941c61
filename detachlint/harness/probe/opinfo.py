"""Calls taken from the samples with which PyTorch tests its own operators (`op_db`)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import Any

import torch

from detachlint.harness.probe.execute import Call, seed
from detachlint.project.garbage import rarely_collected

SAMPLES = 10
"""Samples taken of each operator, of its first supported dtype."""
COMPLEX_SAMPLES = 3
"""Further ones of operators that work on complex tensors, too."""

_REFLECTED = {f"r{name}" for name in ("add", "sub", "mul", "truediv", "floordiv", "pow", "mod")} | {
    f"r{name}" for name in ("matmul", "and", "or", "xor", "div", "lshift", "rshift")
}


def sample_calls(name: str) -> Iterator[Call]:
    """Calls for `name`: samples of its own `OpInfo`, or of one with the same last name."""
    for operator in _named(base_name(name)):
        for args, kwargs in _samples(full_name(operator)):
            yield Call(args, kwargs, "op_db")


def base_name(name: str) -> str:
    """The last part of `name` without the marks of variants: `add` for `torch.Tensor.__radd__`."""
    last = name.rpartition(".")[2]
    if last.startswith("__") and last.endswith("__"):
        last = last.strip("_")
        in_place = last.startswith("i") and f"r{last[1:]}" in _REFLECTED
        last = last[1:] if last in _REFLECTED or in_place else last
        return _DUNDER_NAMES.get(last, last)
    return last.rstrip("_")


_DUNDER_NAMES = {
    "truediv": "div",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "lshift": "bitwise_left_shift",
    "rshift": "bitwise_right_shift",
    "invert": "bitwise_not",
    "pos": "positive",
    "iter": "unbind",
}


def _named(base: str) -> list[Any]:
    return _by_base_name().get(base, [])


@cache
def _by_base_name() -> dict[str, list[Any]]:
    """Operators by the last part of their name and of their aliases; the plainest name first."""
    found: dict[str, list[Any]] = {}
    for operator in operators().values():
        aliases = [alias.name for alias in operator.aliases]
        for name in dict.fromkeys([operator.name, *aliases]):
            found.setdefault(base_name(name), []).append(operator)
    return found


@cache
def operators() -> dict[str, Any]:
    """PyTorch's own descriptions of operators, by their full names; an ImportError says what it lacks."""
    with rarely_collected():  # a quarter of the time otherwise
        from torch.testing._internal.common_methods_invocations import op_db

    return {full_name(operator): operator for operator in op_db}


def full_name(operator: Any) -> str:
    """The name with that of the variant, if it is one (an `OpInfo` itself has it since 2.6)."""
    variant = operator.variant_test_name
    return f"{operator.name}.{variant}" if variant else str(operator.name)


@lru_cache(maxsize=8)
def _samples(full_name: str) -> tuple[tuple[tuple[Any, ...], dict[str, Any]], ...]:
    operator = operators()[full_name]
    supported = [dtype for dtype in _DTYPES if dtype in operator.dtypes]
    found = _samples_of(operator, supported[0], SAMPLES) if supported else []
    if supported and supported[0] is torch.float32 and torch.complex64 in supported:
        # Views of complex tensors differ (`real`, `conj`, `resolve_conj`).
        found += _samples_of(operator, torch.complex64, COMPLEX_SAMPLES)
    return tuple(((sample.input, *sample.args), dict(sample.kwargs)) for sample in found)


def _samples_of(operator: Any, dtype: torch.dtype, most: int) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # Not `sample_inputs`, which takes most of its time to look through the stack for the name of
            # a test, and to seed accelerators.
            seed()
            made = operator.sample_inputs_func(operator, "cpu", dtype, False)
            return list(islice(_each_seeded(iter(made)), most))
        except Exception:  # samples that need an accelerator or another package
            return []


def _each_seeded(samples: Iterator[Any]) -> Iterator[Any]:
    """The samples, each made with fresh random numbers, whatever the others took."""
    nothing = object()
    while True:
        seed()
        sample = next(samples, nothing)
        if sample is nothing:
            return
        yield sample


_DTYPES = (torch.float32, torch.complex64, torch.float64, torch.int64, torch.bool)
