"""The warm process: has imported PyTorch once, and forks for every program it is asked to run.

Started by `Runner`. Reads requests from standard input and writes replies to standard output, one
JSON value a line; the first line it writes says that it is ready.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
import os
import sys
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
from detachlint.harness.observation import Crossing
from detachlint.harness.supervisor import Send, supervise


def main(*, in_place: bool = False) -> None:
    """Serve until standard input ends. Programs that run in place may use the network."""
    adopt_orphans()
    if not in_place and not leave_network():
        refuse_connections()
    requests, replies = _take_standard_streams()
    warm_up()
    _reply(replies, {"ready": torch.__version__})
    for line in requests:
        _reply(replies, _run(json.loads(line), (requests, replies), in_place=in_place))


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


@functools.cache
def warm_up_pytest() -> None:
    """Let pytest be imported here, too."""
    importlib.import_module("pytest")
    _settle()


def _settle() -> None:
    _forget_finalizers()
    gc.collect()
    gc.freeze()  # a collection in a fork would write to, and so copy, every page


def _forget_finalizers() -> None:
    """Spare every fork the 20 ms in which PyTorch tears down its operator registry at exit."""
    for finalizer in list(getattr(weakref.finalize, "_registry", ())):
        finalizer.atexit = False


def _run(
    request: dict[str, Any], private: tuple[BinaryIO, BinaryIO], *, in_place: bool
) -> dict[str, Any]:
    launch = None if request["launch"] is None else Launch.from_json(request["launch"])

    def body(send: Send) -> dict[str, Any]:
        def report(crossing: Crossing, thread: int) -> None:
            send({"crossing": asdict(crossing), "process": os.getpid(), "thread": thread})

        for stream in private:
            os.close(stream.fileno())
        if request["directory"]:
            sys.path.insert(0, request["directory"])
        execution = execute(
            request["text"],
            request["filename"],
            keep_going=request["keep_going"],
            digests=request["digests"],
            methods=tuple(request["methods"]),
            gradients=request["gradients"],
            tests=request["tests"],
            at_exit=True,
            launch=launch,
            report=report,
        )
        return asdict(execution)

    if launch is not None or "optim" in request["text"]:
        warm_up_optimizers()
    if request["tests"]:
        warm_up_pytest()
    return supervise(body, Limits(**request["limits"]), in_place=in_place).to_json()


def _reply(replies: BinaryIO, value: dict[str, Any]) -> None:
    replies.write(json.dumps(value).encode() + b"\n")
    replies.flush()
