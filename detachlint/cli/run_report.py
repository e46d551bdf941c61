"""What `detachlint run` says when the program has ended."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from detachlint.api import read_source
from detachlint.harness.command import Outcome
from detachlint.harness.join import Event, Joined, Judged, Status, failed, join
from detachlint.harness.observation import Crossing
from detachlint.harness.static_findings import StaticFindings, static_findings
from detachlint.report.glyphs import visible
from detachlint.report.style import Style
from detachlint.report.summary import counted
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.discovery import read_file
from detachlint.source.span import Span
from detachlint.source.text import SourceText, Undecodable

_WORDS = {
    Status.REFUTED: "refuted: it was reached, and nothing was raised",
    Status.NOT_RAISED: "not raised: it was reached, but not in the way that raises",
    Status.NOT_REACHED: "not reached",
}


def _static_findings(files: Iterable[str]) -> StaticFindings:
    """What the linter says; nothing where it fails. What hours have shown is not lost to what follows."""
    try:
        return static_findings(sorted(map(shown, files)))
    except KeyboardInterrupt:
        return _not_analysed("the analysis of the program's files was interrupted")
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        return _not_analysed(f"the program's files could not be analysed: {told}")


def _not_analysed(why: str) -> StaticFindings:
    return StaticFindings(problems=(why,), complete=False)


@dataclass(frozen=True)
class RunReport:
    """A program's outcome joined with the findings in its files."""

    outcome: Outcome
    joined: Joined
    static: StaticFindings
    kept_going: bool

    @classmethod
    def of(cls, outcome: Outcome, *, kept_going: bool) -> RunReport:
        """Analyse the files that were run, and join."""
        record = outcome.record
        places = {event.filename for event in record.events}
        there = {name for name in record.files | places if Path(name).is_file()}
        static = _static_findings(there)
        joined = join(static.findings, record.events)
        # Of what was read from standard input, or is gone by now, the analysis could say nothing.
        analysed = there if static.complete else set()
        missed = tuple(event for event in joined.missed if event.filename in analysed)
        return cls(outcome, replace(joined, missed=missed), static, kept_going)

    @property
    def raised(self) -> bool:
        """Whether PyTorch refused a crossing."""
        return any(map(failed, self.outcome.record.crossings))

    def text(self, *, colour: bool) -> str:
        """For people: what raised, then what else is to be said of findings, then a summary."""
        style = Style(colour)
        lines = [*self._failures(style), *self._others(style), self._summary()]
        return "".join(f"{line}\n" for line in lines)

    def json(self) -> str:
        """For programs: the crossings, the exceptions that ended processes, and the findings."""
        record = self.outcome.record
        value = {
            "exit_code": self.outcome.exit_code,
            "processes": record.processes,
            "crossings": [
                {**self._event(crossing), "missed": crossing in self.joined.missed}
                for crossing in record.crossings
            ],
            "uncaught": [self._event(uncaught) for uncaught in record.uncaught],
            "findings": [self._finding(judged) for judged in self.joined.judged],
        }
        return json.dumps(value, indent=2) + "\n"

    # --- text ---------------------------------------------------------------------------------

    def _failures(self, style: Style) -> Iterator[str]:
        told: dict[Event, list[Finding]] = {event: [] for event in self._failed_events()}
        for judged in self.joined.judged:
            for event in judged.events:
                if event in told and judged.status is Status.CONFIRMED:
                    told[event].append(judged.finding)
        for event, findings in told.items():
            place = self._place(event.filename, event.span, event.line)
            yield f"{style.bold(place)}: {self._what(event)}"
            yield f"  {visible(event.message)}"
            for finding in findings:
                silenced = ", silenced by a comment" if finding in self.static.silenced else ""
                words = f"({finding.confidence.value}) confirmed{silenced}"
                yield f"  {style.red(finding.code)} {words}"
            if event in self.joined.missed:
                yield "  missed by the static analysis"
            elif not findings:
                yield "  not analysed"

    def _failed_events(self) -> Iterator[Event]:
        yield from filter(failed, self.outcome.record.crossings)
        judged_events = {event for judged in self.joined.judged for event in judged.events}
        yield from (each for each in self.outcome.record.uncaught if each in judged_events)

    def _what(self, event: Event) -> str:
        if not isinstance(event, Crossing):
            return f"raised {event.type}"
        verb = "would have raised" if self.kept_going else "raised"
        times = "" if event.count == 1 else f" {event.count} times"
        return f"`{event.method}` {verb} {event.outcome}{times}"

    def _others(self, style: Style) -> Iterator[str]:
        for judged in self._shown_findings():
            words = _WORDS.get(judged.status)
            if words is not None:
                finding = judged.finding
                place = self._place(finding.filename, finding.span, finding.span.line)
                yield f"{style.bold(place)}: {style.red(finding.code)} {words}"

    def _shown_findings(self) -> Sequence[Judged]:
        return [
            judged
            for judged in self.joined.judged
            if judged.status is Status.CONFIRMED
            or (
                judged.finding not in self.static.silenced
                and judged.finding.confidence.at_least(Confidence.LIKELY)
            )
        ]

    def _summary(self) -> str:
        record = self.outcome.record
        if not record.processes:
            return "detachlint: nothing was observed: PyTorch was not imported"
        places = {(each.filename, each.span or each.line) for each in record.crossings}
        raised = {(e.filename, e.span or e.line) for e in record.crossings if failed(e)}
        processes = "" if record.processes == 1 else f" ({record.processes} processes)"
        return (
            f"detachlint: {_counted(len(places), 'place')} where tensors become arrays{processes}, "
            f"{len(raised)} raised; "
            f"{self._tally()}; {len(self.joined.missed)} missed"
        )

    def _tally(self) -> str:
        """How many findings came to what."""
        statuses = [judged.status for judged in self._shown_findings()]
        counts = {status.value: statuses.count(status) for status in Status}
        details = ", ".join(f"{count} {words}" for words, count in counts.items() if count)
        return counted(len(statuses)) + (f": {details}" if details else "")

    def _place(self, filename: str, span: Span | None, line: int) -> str:
        if not filename:
            return "outside of the program's files"
        name = visible(shown(filename))
        source = self._sources.get(filename)
        if span is None:
            return f"{name}:{line}"
        column = source.location(span)[0].column if source else span.column + 1
        return f"{name}:{span.line}:{column}"

    @cached_property
    def _sources(self) -> dict[str, SourceText]:
        sources = {}
        names = {event.filename for event in self.outcome.record.events}
        names |= {judged.finding.filename for judged in self.joined.judged}
        for name in names:
            try:
                sources[name] = read_source(read_file(Path(name)), name)
            except (OSError, Undecodable):
                continue
        return sources

    # --- JSON ---------------------------------------------------------------------------------

    def _event(self, event: Event) -> dict[str, Any]:
        location = self._location(event.filename, event.span)
        return {**asdict(event), "filename": shown(event.filename), **location}

    def _finding(self, judged: Judged) -> dict[str, Any]:
        finding = judged.finding
        return {
            "code": finding.code,
            "message": finding.message,
            "confidence": finding.confidence.value,
            "filename": finding.filename,
            **self._location(finding.filename, finding.span),
            "status": judged.status.value,
            "silenced": finding in self.static.silenced,
        }

    def _location(self, filename: str, span: Span | None) -> dict[str, Any]:
        """Rows and columns from 1, columns in characters; None where they are not known."""
        source = self._sources.get(filename)
        if source is None or span is None:
            return {"location": None, "end_location": None}
        start, end = source.location(span)
        return {"location": start._asdict(), "end_location": end._asdict()}


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shown(filename: str) -> str:
    """The file name as seen from the working directory, if it lies below it."""
    if not filename:
        return ""
    try:
        return str(Path(os.path.abspath(filename)).relative_to(Path.cwd()))  # noqa: PTH100
    except ValueError:
        return filename
