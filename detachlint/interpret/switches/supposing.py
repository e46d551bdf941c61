"""What a program does once a switch is set otherwise.

`PLOT = False` keeps `if PLOT:` shut, and with it what may raise there. The program is run once more as it
would be after that edit, with the same value wherever the switch is read: what hangs together with it
elsewhere (`if PLOT: x = x.detach()`) is as it would be. Of such a run nothing counts but what it comes to
by way of the code that was shut, and tensors that come from there; and that is never certain. What else a
function gives when it is handed something else concerns those who do that: they are not in sight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from detachlint.interpret.facts import Bound, Crossing, Facts, Supposed
from detachlint.interpret.switches.shut_code import Behind, Shut
from detachlint.interpret.switches.switch import Turned, set_otherwise
from detachlint.ir.nodes import Code
from detachlint.source.span import Span
from detachlint.source.value_class import replace

MOST_SETTINGS = 6
"""Ways to set the switches that are tried, each in a run of its own: variables, few switches, turned on, come
first."""

TOO_MANY = "more switches than are tried"
"""The bound behind which nobody has looked."""

Run = Callable[[Mapping[str, Code]], Mapping[str, Facts]]
"""Runs the program with other code in place of some files'."""


def suppose(
    modules: Mapping[str, Code], shut: Iterable[Shut], facts: dict[str, Facts], run: Run
) -> None:
    """Add to the `facts` about the files of a program what is found behind its switches."""
    shut = list(shut)
    behind = Behind(shut)
    visits = [visit for one in facts.values() for at in one.crossings.values() for visit in at]
    reached = {
        each
        for visit in visits
        for place in _places(visit, beyond=True)
        for each in behind.at(place)
    }
    settings: dict[frozenset[Turned], list[Shut]] = {}
    for number, each in enumerate(shut):
        if number not in reached:
            settings.setdefault(each.turned, []).append(each)
    tried = sorted(settings, key=_order)
    for turned in tried[MOST_SETTINGS:]:
        for each in settings[turned]:
            if each.spans[0].file in facts:
                facts[each.spans[0].file].gave_up[Bound(TOO_MANY, each.spans[0])] += 1
    for turned in tried[:MOST_SETTINGS]:
        places = {place.file for one in turned for place in one.switch.places}
        changed = {file: set_otherwise(modules[file], turned) for file in sorted(places)}
        supposed = tuple(
            Supposed(one.switch.name, repr(one.switch.value), one.as_said, one.switch.span)
            for one in sorted(turned, key=_place)
        )
        for file, found in run(changed).items():
            if file in facts:
                beyond = all(one.switch.variable for one in turned)
                _add(facts[file], found, _Counted(Behind(settings[turned]), beyond, supposed))


def _order(turned: frozenset[Turned]) -> tuple[bool, int, bool, list[tuple[Span, str]]]:
    handed = not all(one.switch.variable for one in turned)
    places = sorted((one.switch.span, one.as_said) for one in turned)
    return handed, len(turned), any(one.switch.value for one in turned), places


def _place(turned: Turned) -> Span:
    return turned.switch.span


def _places(visit: Crossing, *, beyond: bool) -> list[Span]:
    """The code by way of which a visit comes, or, `beyond` that, what is refused there does."""
    places = [visit.span, *(site.span for site in visit.calls)]
    if not beyond:
        return places
    refused = [trait for trait in visit.traits.values() if trait.held.seen]
    stories = [trait.story for trait in refused]
    stories += [visit.story] if visit.raises.seen else []
    for story in stories:
        places += [step.span for step in story.steps()] if story is not None else []
    return places


class _Counted(NamedTuple):
    """What counts of a run: what stands `behind` the switches, and what comes from there, if that counts
    `beyond` it. `supposed` are the switches."""

    behind: Behind
    beyond: bool
    supposed: tuple[Supposed, ...]


def _add(facts: Facts, found: Facts, counts: _Counted) -> None:
    """Add what a run has found, where nothing worse is known of a crossing."""
    for span, visits in found.crossings.items():
        known = facts.crossings.get(span, [])
        told = list(_visits_told(visits, counts, among_others=bool(known)))
        if told and not any(visit.refused.seen for visit in known):
            facts.crossings[span] = known + told
            facts.needed |= found.needed & {span}
            if span in found.returns:
                facts.note_return(span, found.returns[span])
    answered = {span for span, _ in facts.reveals}
    facts.reveals += [
        (span, answer)
        for span, answer in found.reveals
        if span not in answered and counts.behind.at(span)
    ]
    facts.steps += found.steps


def _visits_told(
    visits: list[Crossing], counts: _Counted, *, among_others: bool
) -> Iterator[Crossing]:
    """The visits that come by way of that code, as sure as they can be; beside others those alone that
    are refused."""
    for visit in visits:
        if any(map(counts.behind.at, _places(visit, beyond=counts.beyond))):
            if not among_others or visit.refused.seen:
                yield _never_certain(visit, counts.supposed)


def _never_certain(visit: Crossing, supposed: tuple[Supposed, ...]) -> Crossing:
    traits = {
        check: replace(trait, held=trait.held.in_unseen_hands())
        for check, trait in visit.traits.items()
    }
    raises = visit.raises.in_unseen_hands()
    return replace(visit, raises=raises, traits=traits, supposed=supposed)
