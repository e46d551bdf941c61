"""What the analysis of a program was about, in words, for `detachlint debug stats`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from detachlint.interpret.facts import Bound
from detachlint.project.statistics import Place, Statistics
from detachlint.report.summary import listed

MOST_PLACES = 5
"""Places of one kind that are named; of further ones, it is said how many there are."""


Label = Callable[[str, int], str]
"""What people call a line of a file."""


def workings(found: Statistics, label: Label) -> str:
    """The numbers a line each, and under each what it is made of. The same for the same files."""
    return "\n".join([*_files(found, label), *_work(found), *_bounds(found.gave_up, label)]) + "\n"


def _files(found: Statistics, label: Label) -> Iterator[str]:
    yield f"files: {len(found.named)}"
    yield f"  with a crossing: {len(found.crossing)}"
    yield f"  that may lead to one: {len(found.callers)}"
    yield f"read for their imports: {len(found.imported)}"
    yield from (f"  {file}" for file in found.imported)
    yield f"cannot be read: {len(found.unread)}"
    yield from (f"  {each.file}:{each.line}: {each.why}" for each in found.unread)
    yield f"modules out of sight: {len(found.missing)}"
    yield from (f"  {name}: {_listed(places, label)}" for name, places in found.missing.items())


def _work(found: Statistics) -> Iterator[str]:
    sizes = found.groups
    largest = f", the largest of {_counted(max(sizes), 'file')}" if sizes else ""
    yield f"analysed together: {_counted(len(sizes), 'group')}{largest}"
    about = [found.facts[file] for file in found.crossing if file in found.facts]
    visits = [visits for facts in about for visits in facts.crossings.values()]
    contexts = sum(len({(v.calls, v.unseen) for v in each}) for each in visits)
    yield f"crossings: {len(visits)}, reached in {_counted(contexts, 'context')}"
    every = found.facts.values()
    functions, runs = sum(f.functions for f in every), sum(f.runs for f in every)
    yield f"functions: {functions}, run {_counted(runs, 'time')}"
    yield f"steps: {sum(facts.steps for facts in every)}"
    unmodelled: Counter[str] = sum((facts.unmodelled for facts in every), Counter())
    yield f"not modelled: {unmodelled.total()}"
    yield from (f"  {reason}: {count}" for reason, count in sorted(unmodelled.items()))


def _bounds(gave_up: Counter[Bound], label: Label) -> Iterator[str]:
    yield f"gave up: {_counted(gave_up.total(), 'time')}"
    by_reason: dict[str, Counter[Place]] = {}
    for (reason, span), count in gave_up.items():
        by_reason.setdefault(reason, Counter())[Place(span.file, span.line)] += count
    for reason, places in sorted(by_reason.items()):
        yield f"  {reason}: {_listed(sorted(places), label, places)}"


def _listed(places: list[Place], label: Label, counts: Counter[Place] | None = None) -> str:
    """`a.py:3, b.py:5 (2 times)`, and not too many."""
    return listed([_place(place, label) + _times(counts, place) for place in places], MOST_PLACES)


def _times(counts: Counter[Place] | None, place: Place) -> str:
    return f" ({counts[place]} times)" if counts is not None and counts[place] > 1 else ""


def _place(place: Place, label: Label) -> str:
    return label(*place) if place.line else place.file


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
