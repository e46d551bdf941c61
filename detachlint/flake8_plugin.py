"""The flake8 plugin: findings of the file that flake8 has parsed already.

Which codes are reported where is flake8's business: its `--select`, `per-file-ignores` and `# noqa`.
Comments for detachlint alone, and its baseline, count as they do for `check`. How sure a finding has to
be is taken from its own option or from detachlint's configuration.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from detachlint import __version__
from detachlint.source.scan import text_may_hold_crossing
from detachlint.source.text import SourceText

if TYPE_CHECKING:
    import argparse
    import ast

    from flake8.options.manager import OptionManager

    from detachlint.config.configuration import Configuration
    from detachlint.config.options import Options
    from detachlint.outcome.around import ProjectAround
    from detachlint.rules.finding import Finding

_Report = tuple[int, int, str, type]


class Plugin:
    """What flake8 makes for each file. Reports without fixes."""

    name = "detachlint"
    version = __version__

    _given: ClassVar[argparse.Namespace | None] = None
    _configuration: ClassVar[Configuration | None] = None
    _around: ClassVar[ProjectAround | None] = None

    def __init__(self, tree: ast.Module, filename: str, lines: Sequence[str]) -> None:
        """Take flake8's tree and lines; `filename` is `stdin` or a path, for the messages."""
        self._tree = tree
        self._filename = filename
        self._lines = lines

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Tell flake8 about the options, and about rules that are off by default."""
        from detachlint.rules.codes import all_codes, is_off_by_default

        manager.extend_default_ignore([code for code in all_codes() if is_off_by_default(code)])
        manager.add_option(
            "--detachlint-min-confidence",
            choices=["certain", "likely", "possible"],
            parse_from_config=True,
            help="The least sure findings to report: certain, likely (the default) or possible.",
        )
        manager.add_option(
            "--detachlint-config",
            metavar="FILE",
            parse_from_config=True,
            normalize_paths=True,
            help="The configuration of detachlint, in place of the file nearest to each source.",
        )
        manager.add_option(
            "--detachlint-isolated",
            action="store_true",
            parse_from_config=True,
            help="Read no configuration of detachlint.",
        )
        manager.add_option(
            "--detachlint-project",
            metavar="PATHS",
            parse_from_config=True,
            comma_separated_list=True,
            normalize_paths=True,
            help="Files and directories around each file, to look at as one program with it.",
        )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Keep what flake8 was given; it is looked at when the first file needs it."""
        cls._given, cls._configuration, cls._around = options, None, None

    def run(self) -> Iterator[_Report]:
        """Line (from 1), column (characters from 0), message and reporter of each finding.

        Never raises: an internal error and a wrong configuration are DTL900 of the first line.
        """
        text = "".join(self._lines)
        try:
            if self._may_tell(text):
                yield from self._findings(text)
        except Exception as error:
            yield 1, 0, f"DTL900 {_complaint(error)}", Plugin

    def _may_tell(self, text: str) -> bool:
        if text_may_hold_crossing(text):
            return True
        around = self._project_around()
        options = self._options()
        if around is None:
            return options.facts.may_cross(text)
        return around.may_tell(text, self._filename, options)

    def _findings(self, text: str) -> list[_Report]:
        # Imported late: a file without a crossing costs the scan alone.
        from detachlint.api import check_tree

        source = SourceText.from_text(text, self._filename)
        reports: list[_Report] = []
        around = self._project_around()
        found = check_tree(
            self._tree, self._filename, self._options(), source=source, around=around
        )
        for finding in found:
            start, _ = source.location(finding.span)
            message = f"{finding.code} {finding.message}"
            if finding.trace:
                message += f" ({_origin(finding)})"
            reports.append((start.row, start.column - 1, message, Plugin))
        return reports

    def _options(self) -> Options:
        from dataclasses import replace

        from detachlint.config.selection import EVERYTHING

        found = self._the_configuration().options(self._filename)
        return replace(found, selection=EVERYTHING, ignored=())

    @classmethod
    def _project_around(cls) -> ProjectAround | None:
        """The project that flake8 was told of; None if there is none."""
        paths = vars(cls._given).get("detachlint_project") if cls._given is not None else None
        if paths and cls._around is None:
            from detachlint.cache.folder import wanted_folder
            from detachlint.cache.store import Store
            from detachlint.outcome.around import ProjectAround

            folder = wanted_folder()
            store = Store(folder) if folder is not None else None
            cls._around = ProjectAround(paths, cls._the_configuration(), store)
        return cls._around

    @classmethod
    def _the_configuration(cls) -> Configuration:
        from detachlint.config.configuration import Configuration
        from detachlint.config.values import Place, read_value

        if cls._configuration is None:
            given = vars(cls._given) if cls._given is not None else {}
            overrides = {}
            confidence = given.get("detachlint_min_confidence")
            if confidence is not None:
                name = "detachlint-min-confidence"
                place = Place("flake8", "")
                overrides["min-confidence"] = read_value("min-confidence", confidence, place, name)
            cls._configuration = Configuration(
                [overrides],
                given.get("detachlint_config"),
                isolated=bool(given.get("detachlint_isolated")),
            )
        return cls._configuration


def _origin(finding: Finding) -> str:
    """Where the gradient comes from; the file is named if it is another one."""
    step = finding.trace[0]
    elsewhere = step.filename != finding.filename
    place = f"{step.filename}:{step.span.line}" if elsewhere else f"line {step.span.line}"
    return f"{place}: {step.message}"


def _complaint(error: Exception) -> str:
    from detachlint.config.errors import ConfigurationError

    if isinstance(error, ConfigurationError):
        return f"cannot be checked: {error}"
    words = " ".join(f"{type(error).__name__}: {error}".split())
    return f"internal error in detachlint ({words}); please report"
