"""Groups of files analysed in several processes at once, with the same results in the same order."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from detachlint.cache.consulted import Consulted, News
from detachlint.knowledge.own import OwnFacts
from detachlint.project.asked import Answers, Asked
from detachlint.project.files import ProjectFiles
from detachlint.project.followed import Followed
from detachlint.project.group import Group, Unit, analyse_group
from detachlint.project.lost import WorkerLost
from detachlint.project.program import Project
from detachlint.source.value_class import value_class


@value_class(frozen=True, slots=True)
class Outcome:
    """What a process has found out about a group, and what it has read on the way."""

    unit: Unit
    answers: Answers
    news: News


@dataclass(slots=True)
class Task:
    """What all processes know: the project, what the user states about the code, what was read."""

    project: Project
    own: OwnFacts
    consulted: Consulted


class _Given(NamedTuple):
    """What makes the same task in a process that starts from nothing."""

    names: list[str]
    notebooks: frozenset[str]
    texts: dict[str, str]
    own: OwnFacts
    followed: Followed
    imports_by_name: bool
    within: frozenset[str] | None


_task: Task | None = None
"""Of this process, if it works for another one."""


def analyse_groups(
    task: Task, groups: Sequence[Group], jobs: int, texts: Mapping[str, str]
) -> Iterator[Outcome]:
    """What comes of each group, in their order. Raises `WorkerLost`."""
    forks = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if forks else "spawn")
    # Who is forked off is handed the task itself; for others it is made again.
    given: Task | _Given = task
    if not forks:
        given = _given(task, texts)
    workers = ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(given,))
    try:
        pending = iter(groups)
        futures = [workers.submit(_analyse, group) for group in islice(pending, 2 * jobs)]
        for at in range(len(groups)):
            outcome = futures[at].result()
            futures += [workers.submit(_analyse, group) for group in islice(pending, 1)]
            if at == len(groups) - 1:
                workers.shutdown()  # now: perhaps nobody asks whether there is more
            yield outcome
    except BrokenProcessPool as error:
        raise WorkerLost from error
    finally:
        _terminate(workers)
        workers.shutdown(wait=False, cancel_futures=True)


def _given(task: Task, texts: Mapping[str, str]) -> _Given:
    project, files = task.project, task.project.files
    known = project.followed, project.imports_by_name, project.within
    return _Given(files.named, files.notebooks, dict(texts), task.own, *known)


def _terminate(workers: ProcessPoolExecutor) -> None:
    # `terminate_workers` comes with Python 3.14. Whoever else has children in this process keeps them.
    for worker in list((workers._processes or {}).values()):
        worker.terminate()


def _begin(given: Task | _Given) -> None:
    """Start working for another process."""
    global _task
    # Ctrl-C goes to all processes of a terminal; one of them is enough to say so.
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if isinstance(given, _Given):
        consulted = Consulted()
        files = ProjectFiles(given.names, given.texts, consulted, notebooks=given.notebooks)
        project = Project(files, given.followed)
        project.assume_imports_by_name(given.imports_by_name)
        if given.within is not None:
            project.confine(given.within)
        given = Task(project, given.own, consulted)
    _task = given


def _analyse(group: Group) -> Outcome:
    task = _task
    assert task is not None
    before = task.consulted.mark()
    asked = Asked(task.project)
    unit = analyse_group(task.project, asked, group, task.own)
    news = task.consulted.news_since(before)
    return Outcome(unit, list(asked.answers.items()), news)
