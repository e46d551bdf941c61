"""The warm process: has imported PyTorch once, and forks for every program it is asked to run.

Started by `Runner`. Reads requests from standard input and writes replies to standard output, one
JSON value a line; the first line it writes says that it is ready.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import weakref
from dataclasses import asdict
from typing import Any, BinaryIO

import numpy
import torch

from detachlint.harness.executor import execute
from detachlint.harness.launch import Launch
from detachlint.harness.limits import (
    Limits,
    adopt_orphans,
    leave_network,
    refuse_connections,
)
from detachlint.harness.supervisor import supervise


def main() -> None:
    """Serve until standard input ends."""
    adopt_orphans()
    if not leave_network():
        refuse_connections()
    requests, replies = _take_standard_streams()
    warm_up()
    _reply(replies, {"ready": torch.__version__})
    for line in requests:
        _reply(replies, _run(json.loads(line), (requests, replies)))


def _take_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Move the conversation out of the way of what programs print and read."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, replies


def warm_up() -> None:
    """Let PyTorch and NumPy do what they put off until first used, without starting a thread."""
    torch.set_num_threads(1)
    torch.nn.Linear(3, 3)(torch.ones(3)).detach().numpy().sum()
    numpy.random.seed(0)
    torch.manual_seed(0)
    _settle()


@functools.cache
def warm_up_optimizers() -> None:
    """Let the first optimizer import its half of PyTorch here, instead of in every fork."""
    torch.optim.SGD(torch.nn.Linear(3, 3).parameters(), lr=0.1)
    _settle()


def _settle() -> None:
    _forget_finalizers()
    gc.collect()
    gc.freeze()  # a collection in a fork would write to, and so copy, every page


def _forget_finalizers() -> None:
    """Spare every fork the 20 ms in which PyTorch tears down its operator registry at exit."""
    for finalizer in list(getattr(weakref.finalize, "_registry", ())):
        finalizer.atexit = False


def _run(request: dict[str, Any], private: tuple[BinaryIO, BinaryIO]) -> dict[str, Any]:
    launch = None if request["launch"] is None else Launch.from_json(request["launch"])

    def body() -> dict[str, Any]:
        for stream in private:
            os.close(stream.fileno())
        execution = execute(
            request["text"],
            request["filename"],
            keep_going=request["keep_going"],
            digests=request["digests"],
            methods=tuple(request["methods"]),
            at_exit=True,
            launch=launch,
        )
        return asdict(execution)

    if launch is not None or "optim" in request["text"]:
        warm_up_optimizers()
    return supervise(body, Limits(**request["limits"])).to_json()


def _reply(replies: BinaryIO, value: dict[str, Any]) -> None:
    replies.write(json.dumps(value).encode() + b"\n")
    replies.flush()
