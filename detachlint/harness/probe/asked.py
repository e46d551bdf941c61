"""Whether what comes out is as a call asks for: it is asked for a dtype, a device, a flag, and looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch

from detachlint.harness.probe.execute import PLAIN, Call, OutputSeen, dtype_name, execute
from detachlint.harness.probe.observe import Run
from detachlint.harness.probe.stubs import parameter_names

_DTYPES = (
    *(torch.float64, torch.bfloat16, torch.complex128, torch.int64, torch.int32, torch.uint8),
    *(torch.qint8, torch.quint8),
)
"""Some that differ from those of all inputs; not every callable makes each of them."""


def follows_dtype(name: str, runs: Sequence[Run]) -> bool:
    """Whether `dtype=` decides about output 0."""
    return _follows(
        name, runs, "dtype", _DTYPES, lambda seen, asked: seen.dtype == dtype_name(asked)
    )


def follows_device(name: str, runs: Sequence[Run]) -> bool:
    """Whether `device=` decides about output 0."""
    devices = (torch.device("meta"),)
    return _follows(name, runs, "device", devices, lambda seen, asked: seen.device == asked.type)


def follows_flag(name: str, runs: Sequence[Run]) -> bool:
    """Whether output 0 requires grad because `requires_grad=` says so, if need be of floats."""
    return any(
        _follows(name, runs, "requires_grad", (True,), lambda seen, _: seen.requires_grad, **beside)
        for beside in ({}, {"dtype": torch.float64})
    )


def _follows(
    name: str,
    runs: Sequence[Run],
    argument: str,
    values: Sequence[Any],
    has: Callable[[OutputSeen, Any], bool],
    **beside: Any,
) -> bool:
    """Whether some call that asks for a value has it, and does not have it unless it asks.

    `beside` is what it asks for as well.
    """
    if argument not in parameter_names(name):
        return False
    for run in runs:
        for value in values:
            if run.plain.error or has(run.plain.outputs[0], value):
                continue
            call = replace(run.call, kwargs={**run.call.kwargs, **beside})
            seen = execute(run.function, _asking(call, argument, value), PLAIN)
            if not seen.error and has(seen.outputs[0], value):
                return True
    return False


def _asking(call: Call, argument: str, value: Any) -> Call:
    """The call with that argument: in the place of one of its kind, or else by name."""
    args = tuple(value if type(given) is type(value) else given for given in call.args)
    if args != call.args and argument not in call.kwargs and not isinstance(value, bool):
        return replace(call, args=args)
    return replace(call, kwargs={**call.kwargs, argument: value})
