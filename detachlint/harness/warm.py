"""The warm process: has imported PyTorch once, and forks for every program it is asked to run.

Started by `Runner`. Reads requests from standard input and writes replies to standard output, one
JSON value a line; the first line it writes says that it is ready. Ends, and the program that it runs
with it, when standard input does.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import json
import os
import shutil
import sys
import tempfile
import weakref
from dataclasses import asdict
from typing import Any, BinaryIO

import numpy
import torch

from detachlint.harness.executor import execute
from detachlint.harness.journal import Journal
from detachlint.harness.launch import Launch
from detachlint.harness.limits import Limits, adopt_orphans
from detachlint.harness.network import Left, keep_off_network
from detachlint.harness.observed_environment import observed_environment, write_settings
from detachlint.harness.supervisor import ClientGone, supervise


def main(directory: str, *, in_place: bool = False) -> None:
    """Serve until standard input ends, then remove `directory`. Never returns.

    Programs that run in place may use the network.
    """
    status = 1
    try:
        # The reader may be gone as well; what it has not waited for is of no use.
        with contextlib.suppress(ClientGone, BrokenPipeError):
            _serve(directory, in_place=in_place)
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        os._exit(status)  # PyTorch takes its time to tear down


def _serve(directory: str, *, in_place: bool) -> None:
    adopt_orphans()
    left = None if in_place else keep_off_network()
    requests, replies = _take_standard_streams()
    warm_up()
    _reply(replies, {"ready": torch.__version__, "network": left and left.value})
    for line in requests:
        request = json.loads(line)
        request["connects"] = left in (None, Left.NOTHING)  # whether Python is to let it try
        seen = _run(request, (requests, replies), directory, in_place=in_place)
        _reply(replies, seen)


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
    """Leave this process's finalizers out of what forks do at their exit.

    PyTorch's take 20 ms, to tear down its operator registry.
    """
    for finalizer in list(getattr(weakref.finalize, "_registry", ())):
        finalizer.atexit = False


def _run(
    request: dict[str, Any],
    private: tuple[BinaryIO, BinaryIO],
    scratch: str,
    *,
    in_place: bool,
) -> dict[str, Any]:
    launch = None if request["launch"] is None else Launch.from_json(request["launch"])
    if launch is not None or "optim" in request["text"]:
        warm_up_optimizers()
    if request["tests"]:
        warm_up_pytest()
    with tempfile.TemporaryDirectory(
        prefix="journals-", dir=scratch, ignore_cleanup_errors=True
    ) as journals:
        program = {key: request[key] for key in ("filename", "text")}
        program |= {"root": launch.root if launch else None, "neighbours": request["neighbours"]}
        observer = {key: request[key] for key in _OBSERVER}
        write_settings(journals, observer, program, connects=request["connects"])

        def body() -> dict[str, Any]:
            for stream in private:
                os.close(stream.fileno())
            _forget_finalizers()  # the directories are not the program's to remove at its exit
            os.environ.update(observed_environment(os.environ, journals))
            return _executed(request, launch, journals)

        seen = supervise(
            body,
            Limits(**request["limits"]),
            scratch=scratch,
            journals=journals,
            in_place=in_place,
            client=private[0].fileno(),
        )
    return seen.to_json()


_OBSERVER = ("keep_going", "digests", "methods")
"""The parts of a request that are parameters of `Observer`."""


def _executed(request: dict[str, Any], launch: Launch | None, journals: str) -> dict[str, Any]:
    journal = Journal(journals)
    os.register_at_fork(after_in_child=journal.begin)
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
        neighbours=request["neighbours"],
        report=journal.crossing,
    )
    return asdict(execution)


def _reply(replies: BinaryIO, value: dict[str, Any]) -> None:
    replies.write(json.dumps(value).encode() + b"\n")
    replies.flush()
