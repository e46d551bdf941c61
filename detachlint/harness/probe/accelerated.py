"""What autocast for CUDA does: calls and modules, executed on a GPU where PyTorch finds one.

The other tables are made on a CPU, whose autocast has lists of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from detachlint.harness.probe import modules
from detachlint.harness.probe.conclude import Unclassified
from detachlint.harness.probe.converted import Rerun, first_outputs, to_execute
from detachlint.harness.probe.execute import Call
from detachlint.harness.probe.observe import observe
from detachlint.harness.probe.pool import Job
from detachlint.harness.probe.traits import autocast_of, is_left_alone
from detachlint.knowledge import facts

DEVICE = "cuda"


def jobs() -> list[Job]:
    """All that computes tensors, by the tables made on a CPU."""
    calls = [name for name in facts.CALLS.names() if facts.call_fact(name) is not None]
    return [("accelerated", name) for name in (*calls, *facts.MODULES.names())]


def accelerated_row(name: str) -> str:
    """The row of `name`: what autocast does to it on a GPU. `""` where it is the same as on a CPU."""
    module = facts.module_fact(name)
    if module is not None:
        return _row(modules.rerun(name, DEVICE), module.autocast)
    fact = facts.call_fact(name)
    assert fact is not None
    try:
        function, calls = to_execute(observe(name))
    except (Unclassified, IndexError):  # nothing could be called
        return ""
    run = first_outputs(function, [_moved(call) for call in calls])
    return _row(run, fact.traits.get("autocast", ""))


def is_lost() -> bool:
    """Whether a failed call has taken the GPU from this process: nothing can be executed any more."""
    try:
        torch.cuda.synchronize()
    except RuntimeError:
        return True
    return False


def _row(run: Rerun, on_cpu: str) -> str:
    word = autocast_of(run, DEVICE)
    if word == on_cpu or (not word and not is_left_alone(run, DEVICE)):
        return ""
    return f"{word or facts.LEAVES}\t{DEVICE}"


def _moved(call: Call) -> Call:
    def move(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return value.to(DEVICE)
        if type(value) in (list, tuple):
            return type(value)(move(item) for item in value)
        return value

    kwargs = {name: move(value) for name, value in call.kwargs.items()}
    return replace(call, args=tuple(move(value) for value in call.args), kwargs=kwargs)
