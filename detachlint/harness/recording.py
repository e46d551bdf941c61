"""Records this process's crossings, and those of processes forked from it, in journals."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from multiprocessing import util
from pathlib import Path
from typing import Any

from detachlint.harness.counts import SetCount
from detachlint.harness.journal import Journal
from detachlint.harness.libraries import outside_of_libraries, program_files
from detachlint.harness.observation import Crossing, Uncaught, message_of
from detachlint.harness.observed_environment import read_settings
from detachlint.harness.observer import Observer, span_of_instruction
from detachlint.harness.tracebacks import hide_observer_from_hooks


class _Recording:
    """The observer of a process and its journal."""

    def __init__(self, directory: str) -> None:
        settings = read_settings(directory)
        program = settings["program"]
        self._names_are_final = program is not None
        self._start = Path.cwd()
        # Python forgets this before it calls exit handlers.
        self._main_file = getattr(sys.modules.get("__main__"), "__file__", None)
        self._journal = Journal(directory)
        own = outside_of_libraries(settings["packages"])
        self._belongs = own if program is None else _files_of(program)
        self._observer = Observer(self._belongs, report=self._note, **settings["observer"])

    def begin(self) -> None:
        """Observe until the process ends, however it ends."""
        self._observer.install()
        hide_observer_from_hooks()
        atexit.register(self.finish)
        os.register_at_fork(after_in_child=self._begin_in_fork)
        self._finish_with_multiprocessing()
        # A process made by multiprocessing ends without Python's exit handlers, and forgets what it
        # inherited of multiprocessing's own.
        util.register_after_fork(self, _Recording._finish_with_multiprocessing)

    def finish(self) -> None:
        """Write what is known only now: the files that were run, an exception."""
        self._journal.files(self._files())
        # Python sets this, before exit handlers run, when it prints the exception that ends it.
        error = getattr(sys, "last_value", None)
        if isinstance(error, BaseException):
            self._journal.uncaught(self._uncaught(error))

    def _note(self, crossing: Crossing) -> SetCount:
        if crossing.filename:
            crossing = replace(crossing, filename=self._absolute(crossing.filename))
        return self._journal.crossing(crossing)

    def _uncaught(self, error: BaseException) -> Uncaught:
        filename, line, span = "", 0, None
        traceback = error.__traceback__
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if self._belongs(code.co_filename):
                filename, line = self._absolute(code.co_filename), traceback.tb_lineno
                span = span_of_instruction(code, traceback.tb_lasti)
            traceback = traceback.tb_next
        return Uncaught(type(error).__name__, message_of(error), filename, line, span)

    def _absolute(self, filename: str) -> str:
        if self._names_are_final:
            return filename
        return os.path.abspath(self._start / filename)  # noqa: PTH100 (keeps symbolic links)

    def _begin_in_fork(self) -> None:
        self._observer.forget()
        self._journal.begin()

    def _finish_with_multiprocessing(self) -> None:
        util.Finalize(None, self.finish, exitpriority=-1)

    def _files(self) -> Iterator[str]:
        """Those of the program. Some modules name a file that does not exist, `torch.ops` say."""
        modules = list(sys.modules.values())
        for filename in (self._main_file, *map(_file, modules)):
            if isinstance(filename, str) and self._belongs(filename):
                path = self._absolute(filename)
                if os.path.isfile(path):  # noqa: PTH113 (PTH would make a Path of each)
                    yield path


def _files_of(program: Mapping[str, Any]) -> Callable[[str], bool]:
    return program_files(program["filename"], program["root"], neighbours=program["neighbours"])


def record_this_process(directory: str) -> None:
    """Record in `directory`, as the settings there say."""
    _Recording(directory).begin()


def _file(module: object) -> object:
    # Not by `getattr`, which makes lazy modules import what they stand for.
    return getattr(module, "__dict__", {}).get("__file__")
