"""What is known by hand about calling PyTorch: calls that nothing else can make up, and hazards.

Results are never written here: they come from executing these calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import torch

from detachlint.harness.probe.execute import OUT_OF_TIME, PLAIN, Call, execute
from detachlint.harness.probe.hand_calls import attribute_samples, written_calls
from detachlint.harness.probe.hand_functions import FUNCTIONS
from detachlint.harness.probe.universe import function_of, is_attribute

DEVICES = {"torch.Tensor.cpu": "cpu"}
"""Fixed devices of results. (All calls are executed on a CPU, so these cannot be observed.)"""

_SETTERS = re.compile(
    r"torch\.(set_|use_|init_|seed|initial_seed|compile$|autocast_|fork|wait|import_|parse_|save|load)"
)
"""Calls with guessed arguments could change the state of the process."""

READ = {
    "torch.Tensor.cuda": "propagate sometimes device=cuda depends=device keeps=sparse,nested,masked",
    "torch.Tensor.ipu": "propagate sometimes device=ipu depends=device keeps=sparse,nested,masked",
    "torch.Tensor.mtia": "propagate sometimes device=mtia depends=device keeps=sparse,nested,masked",
    "torch.Tensor.pin_memory": "propagate sometimes",
    "torch.Tensor.xpu": "propagate sometimes device=xpu depends=device keeps=sparse,nested,masked",
}
"""The words of rows that no CPU can execute, read from PyTorch's documentation."""

_REASONS = (
    ("removed", "removed from PyTorch"),
    ("deprecated", "removed from PyTorch"),
    ("does not support deleting", "always raises"),
    ("NotImplementedError", "not implemented on a CPU"),
    (OUT_OF_TIME, "does not end in time"),
)
_REASONS_BY_NAME = (
    (r"cudnn|miopen|cuda|xpu|ipu|hpu|mtia|record_stream", "needs an accelerator"),
    (r"scaled_|grouped_mm", "needs an accelerator"),
    (r"batch_norm_(backward|elemt|gather|stats|update)", "kernel of an accelerator"),
    (r"quantized_(gru|lstm)$", "takes parameters packed by quantization"),
    (r"fbgemm|quantize|q_|int_repr|qscheme", "quantized kernel"),
    (r"mkldnn", "kernel of another backend"),
    (r"fork|wait", "works in the background"),
    (r"^index$", "takes first-class dimensions"),
    (r"_ir_|ir_module|type_comment", "compiler internals"),
    (r"set_|autocast|init_num", "setting of the process"),
)


def calls(name: str) -> Sequence[Call]:
    """The calls written for `name`."""
    written = written_calls().get(name, ())
    if not written and (is_attribute(name) or name in FUNCTIONS):
        return attribute_samples()
    return written


def function(name: str) -> Callable[..., Any] | None:
    """What to call instead of `name` itself, which needs something around it."""
    return FUNCTIONS.get(name)


def is_complete(name: str) -> bool:
    """Whether the written calls are all there are to make."""
    return name in FUNCTIONS or bool(_SETTERS.match(name))


def may_be_guessed(name: str) -> bool:
    """Whether calling it with arguments of the right types is harmless."""
    return not _SETTERS.match(name)


def reason(name: str, error: str) -> str:
    """Why `name` is not modelled, given what its plainest calls raised; `""` if unknown."""
    last = name.rpartition(".")[2]
    by_error = [why for text, why in _REASONS if text in error]
    by_name = [why for pattern, why in _REASONS_BY_NAME if re.search(pattern, last)]
    return next(iter(by_error + by_name), "")


def first_error(name: str) -> str:
    """What the plainest calls of `name` raise."""
    called = function_of(name)
    tried = (*calls(name), Call((torch.ones(3, 3),)), Call((torch.ones(3, 3), torch.ones(3, 3))))
    return " ".join(execute(called, call, PLAIN).error for call in tried)
