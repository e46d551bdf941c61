"""Runs the text of one program in this process, observed."""

from __future__ import annotations

import atexit
import builtins
import gc
import linecache
import os
import random
import sys
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy
import torch

from detachlint.harness.counts import SetCount
from detachlint.harness.gradients import digest_of_leaves, watched_gradients
from detachlint.harness.launch import Launch
from detachlint.harness.libraries import program_files
from detachlint.harness.observation import (
    NUMPY_CROSSINGS,
    Crossing,
    ProgramError,
    Reveal,
    message_of,
)
from detachlint.harness.observer import Observer
from detachlint.harness.pytest_run import run_tests


@dataclass(frozen=True, slots=True)
class Execution:
    """What a program did while it ran; see `Observation` for the fields."""

    crossings: tuple[Crossing, ...]
    reveals: tuple[Reveal, ...]
    error: ProgramError | None
    gradients: tuple[str, ...] = ()


def execute(
    text: str,
    filename: str,
    *,
    keep_going: bool = False,
    digests: bool = False,
    methods: tuple[str, ...] = NUMPY_CROSSINGS,
    gradients: bool = False,
    tests: bool = False,
    at_exit: bool = False,
    passing: tuple[type[BaseException], ...] = (),
    launch: Launch | None = None,
    neighbours: bool = False,
    report: Callable[[Crossing], SetCount] | None = None,
) -> Execution:
    """Run `text` as the main module `filename`, and return what was observed.

    The program starts in a fresh namespace with PyTorch's defaults and fixed seeds, and finds
    `reveal_grad` among its builtins. Its exceptions, `SystemExit` included, are part of the result;
    leaving with exit code 0 is no error. With `tests` it is a file of tests that pytest runs; failed
    tests leave with its exit code. With `gradients` those of all leaves are digested after each
    backward pass and, if no exception ends the program, at its end. With `at_exit` its threads are
    waited for and its exit handlers run, as at the end of a Python process. Exceptions of the types
    `passing` are the caller's own (a time limit, say) and go through. `launch` is for a program of
    several files, of which `text` is that of `filename`. With `neighbours` the files that it imports
    are part of the program, too, unless they are a library's. `report` is that of `Observer`; a
    process that the program forks counts, and reports, for itself; the exception that ends it is
    raised. Nothing protects this process from the program: that is `run_program`'s work.
    """
    observer = Observer(
        program_files(filename, launch.root if launch else None, neighbours=neighbours),
        keep_going=keep_going,
        digests=digests,
        methods=methods,
        report=report,
    )
    if report is not None:
        os.register_at_fork(after_in_child=observer.forget)
    reveals: list[Reveal] = []

    def reveal_grad(value: object) -> None:
        line = observer.place(sys._getframe(1)).line
        flag = value.requires_grad if isinstance(value, torch.Tensor) else None
        reveals.append(Reveal(line, flag))

    with _main_module(text, filename, launch) as module, _default_state(), ExitStack() as stack:
        digests_of_gradients = stack.enter_context(watched_gradients()) if gradients else []
        stack.enter_context(observer)
        builtins.reveal_grad = reveal_grad  # type: ignore[attr-defined]
        program = _test_file(text, filename) if tests else _script(text, filename, module.__dict__)
        process_id = os.getpid  # the program may replace it
        process = process_id()
        failure = _run(program, passing)
        if at_exit:
            _finish_threads_and_exit_handlers()
        if failure is not None and process_id() != process:
            raise failure  # a fork ends as it would
        error, failure = _error_of(failure, filename), None
        if gradients and error is None:
            digests_of_gradients.append(digest_of_leaves())
    return Execution(observer.crossings(), tuple(reveals), error, tuple(digests_of_gradients))


def _script(text: str, filename: str, namespace: dict[str, Any]) -> Callable[[], None]:
    return lambda: exec(_compiled(text, filename), namespace)


@lru_cache(maxsize=1)
def _compiled(text: str, filename: str) -> types.CodeType:
    """The code of a program: many are run twice, one time right behind the other."""
    return compile(text, filename, "exec", dont_inherit=True)


def _test_file(text: str, filename: str) -> Callable[[], None]:
    return lambda: sys.exit(run_tests(text, filename))


def _run(
    program: Callable[[], None], passing: tuple[type[BaseException], ...]
) -> BaseException | None:
    try:
        program()
    except passing:
        raise
    except BaseException as failure:
        return failure
    return None


def _error_of(failure: BaseException | None, filename: str) -> ProgramError | None:
    """What ended a program, unless that is no error."""
    if failure is None or (isinstance(failure, SystemExit) and failure.code in (None, 0)):
        return None
    return _program_error(failure, filename)


@contextmanager
def _main_module(text: str, filename: str, launch: Launch | None) -> Iterator[types.ModuleType]:
    """A new `__main__` whose source is known to tracebacks and to `inspect`."""
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=filename, __builtins__=builtins)
    # What was here before need not be looked through for the program's garbage: with PyTorch
    # imported that takes longer than most programs.
    gc.freeze()
    modules, arguments, search_path = sys.modules.copy(), sys.argv, sys.path
    sys.modules["__main__"], sys.argv = module, [filename]
    if launch is not None:
        module.__package__ = launch.package
        sys.argv = [filename, *launch.arguments]
        sys.path = [*launch.search_path, *search_path]
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    try:
        yield module
    finally:
        sys.argv, sys.path = arguments, search_path
        _forget_modules(modules, program_files(filename, launch.root if launch else None))
        linecache.cache.pop(filename, None)
        # What the program leaves suspended (a generator inside `no_grad`) must end now, not while
        # a later program runs.
        module.__dict__.clear()
        gc.collect()
        gc.unfreeze()


def _forget_modules(before: dict[str, types.ModuleType], belongs: Callable[[str], bool]) -> None:
    """Take the program's own modules out of `sys.modules`: another's may have the same names."""
    for name in sys.modules.keys() - before.keys():
        if belongs(getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]
    sys.modules["__main__"] = before["__main__"]


@contextmanager
def _default_state() -> Iterator[None]:
    """PyTorch's defaults and fixed seeds for the program; the defaults again behind it."""
    random.seed(0)
    numpy.random.seed(0)
    # Not `torch.manual_seed`: for each kind of accelerator that was never used it keeps a stack trace.
    torch.default_generator.manual_seed(0)
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # it has no annotations
        torch.cuda.manual_seed_all(0)
    _reset_modes()
    try:
        yield
    finally:
        if hasattr(builtins, "reveal_grad"):
            del builtins.reveal_grad
        _reset_modes()


def _reset_modes() -> None:
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)


def _program_error(error: BaseException, filename: str) -> ProgramError:
    line, traceback = 0, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == filename:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    if isinstance(error, SyntaxError) and error.filename == filename:
        line = error.lineno or line
    return ProgramError(type(error).__name__, message_of(error), line)


def _finish_threads_and_exit_handlers() -> None:
    # What the interpreter does at the end, in its order. Underscored, but stable since Python 3.
    names: tuple[tuple[Any, str], ...] = ((threading, "_shutdown"), (atexit, "_run_exitfuncs"))
    for module, name in names:
        function = getattr(module, name, None)
        if function is not None:
            try:
                function()
            except BaseException:  # an exit handler's own failure changes nothing that was observed
                sys.excepthook(*sys.exc_info())
