"""Runs programs under real PyTorch, many in one warm process, and notes what happened.

In a program `reveal_grad(t)` notes `t.requires_grad`. A crossing that PyTorch refuses is noted and
hands out the array it would have been instead (None where there is no data), so that one run sees
every crossing of a program. Errors that no tensor escapes (DTL115) are noted where they are raised;
the program handles them.

The programs are our own and behave, so they share the process: a tenth of the time that the
harness takes, which runs programs of unknown manners and gives each a process.
"""

from __future__ import annotations

import contextlib
import io
import json
import linecache
import os
import subprocess
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NamedTuple

TIMEOUT_SECONDS = 300.0
_REJECTED = "# error: DTL115"
_REJECTIONS = (TypeError, ValueError, AttributeError)
_PROGRAM_FILE = "<flow program>"


class Crossing(NamedTuple):
    """One execution of one crossing; `site` tells the crossings of one line apart."""

    line: int
    end_line: int
    site: int
    raised: bool
    check: str = ""
    """What PyTorch refused, by the name of its `Check`."""


class Reveal(NamedTuple):
    """One execution of `reveal_grad`."""

    line: int
    requires_grad: bool


@dataclass
class Execution:
    """What a program did. `failure` is the traceback it ended with, or ""."""

    reveals: list[Reveal] = field(default_factory=list)
    crossings: list[Crossing] = field(default_factory=list)
    failure: str = ""


def execute_programs(texts: Sequence[str]) -> list[Execution]:
    """Run the programs one after the other in one fresh process; one result each, in order.

    A program that brings the process down, or hangs, is answered with a failure; so are those
    behind it.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            output, errors = process.communicate(json.dumps(list(texts)), TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            errors += "\ntimed out"
    results = [_from_json(json.loads(line)) for line in output.splitlines()]
    lost = Execution(failure=f"the process ended before this program did\n{errors}")
    return results + [lost] * (len(texts) - len(results))


def _from_json(record: dict[str, Any]) -> Execution:
    return Execution(
        [Reveal(*reveal) for reveal in record["reveals"]],
        [Crossing(*crossing) for crossing in record["crossings"]],
        record["failure"],
    )


# --- inside the process that runs them -----------------------------------------------------------


def _program_frame() -> FrameType:
    """The innermost frame of the running program.

    Raises `LookupError` when there is none: a crossing that no line of the program made.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == _PROGRAM_FILE:
            return frame
        frame = frame.f_back
    raise LookupError("no frame of the program on the stack")


def _lines(frame: FrameType) -> tuple[int, int]:
    """First and last line of what the frame is evaluating (equal before Python 3.11)."""
    if sys.version_info >= (3, 11):
        positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
        if positions[0] is not None and positions[1] is not None:
            return positions[0], positions[1]
    return frame.f_lineno, frame.f_lineno


def _is_innermost(traceback: TracebackType) -> bool:
    inner = traceback.tb_next
    while inner is not None:
        if inner.tb_frame.f_code.co_filename == _PROGRAM_FILE:
            return False
        inner = inner.tb_next
    return True


class _Recorder:
    """Stands in for `Tensor.numpy`, and is `reveal_grad`."""

    def __init__(self, original: Any) -> None:
        self.original = original
        self.busy = False
        self.execution = Execution()

    def reveal_grad(self, tensor: Any) -> Any:
        line = _program_frame().f_lineno
        self.execution.reveals.append(Reveal(line, bool(tensor.requires_grad)))
        return tensor

    def trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Notes what the program's own lines raise by calling something outside."""
        if frame.f_code.co_filename != _PROGRAM_FILE:
            return None
        if event == "exception" and issubclass(argument[0], _REJECTIONS):
            if argument[2].tb_frame is frame and _is_innermost(argument[2]):
                first, last = _lines(frame)
                self.execution.crossings.append(Crossing(first, last, frame.f_lasti, True))
        return self.trace

    def numpy(self, tensor: Any, *, force: bool = False) -> Any:
        from detachlint.domain.traits import Check
        from detachlint.harness.convertible import convertible
        from detachlint.harness.observation import refused_check

        if self.busy:  # a mode for all of torch's functions calls back
            return self.original(tensor, force=force)
        frame = _program_frame()
        first, last = _lines(frame)
        site = hash((frame.f_code.co_name, frame.f_code.co_firstlineno, frame.f_lasti))
        self.busy = True
        try:
            array = self.original(tensor, force=force)
        except (RuntimeError, TypeError, ValueError, NotImplementedError) as error:
            check = refused_check(str(error))
            if check is None:
                raise
            self.execution.crossings.append(Crossing(first, last, site, True, check.value))
            if check not in (Check.UNINITIALIZED, Check.SUBCLASS):
                with contextlib.suppress(RuntimeError):
                    return self.original(convertible(tensor), force=force)
            return None  # there is no data to answer with
        finally:
            self.busy = False
        self.execution.crossings.append(Crossing(first, last, site, False))
        return array


def _run(text: str, recorder: _Recorder) -> Execution:
    import torch

    recorder.execution = execution = Execution()
    # A program may leave the mode switched off; a suspended generator of it restores its own late.
    torch.set_grad_enabled(True)
    torch.set_default_device(None)
    torch.set_default_dtype(torch.float32)
    # Not `torch.manual_seed`: for each kind of accelerator that was never used it keeps a stack trace.
    torch.default_generator.manual_seed(0)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(0)
    # Dataclasses and pickling look their module up by name, so the program is a real `__main__`.
    namespace = sys.modules["__main__"].__dict__
    saved = dict(namespace)
    linecache.cache[_PROGRAM_FILE] = (len(text), None, text.splitlines(True), _PROGRAM_FILE)
    namespace["reveal_grad"] = recorder.reveal_grad
    try:
        if _REJECTED in text:
            sys.settrace(recorder.trace)
        exec(compile(text, _PROGRAM_FILE, "exec"), namespace)
    except BaseException:  # a program may also call sys.exit
        execution.failure = traceback.format_exc()
    finally:
        sys.settrace(None)
        namespace.clear()
        namespace.update(saved)
        torch.set_grad_enabled(True)
    return execution


def _serve(texts: list[str]) -> Iterator[Execution]:
    import torch

    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    tensor_class: Any = torch.Tensor
    recorder = _Recorder(tensor_class.numpy)

    # A function, not the bound method: it has to bind to the tensor.
    def numpy(self: Any, *, force: bool = False) -> Any:
        return recorder.numpy(self, force=force)

    tensor_class.numpy = numpy
    for text in texts:
        with contextlib.redirect_stdout(io.StringIO()):
            execution = _run(text, recorder)
        yield execution


def _main() -> None:
    for execution in _serve(json.load(sys.stdin)):
        record = {
            "reveals": execution.reveals,
            "crossings": execution.crossings,
            "failure": execution.failure,
        }
        print(json.dumps(record), flush=True)


if __name__ == "__main__":
    _main()
