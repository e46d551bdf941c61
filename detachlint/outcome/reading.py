"""From the bytes of a file to its text, and what to say where something goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from detachlint.config.options import DEFAULT_OPTIONS, Options
from detachlint.outcome.result import FileResult
from detachlint.project.lost import WorkerLost
from detachlint.rules.codes import UNREADABLE
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.files import decode_file
from detachlint.source.language import Language, language_of
from detachlint.source.span import Span
from detachlint.source.text import SourceText, Undecodable

if TYPE_CHECKING:
    from detachlint.syntax.parse import Unparsable


def read_source(data: bytes, filename: str, options: Options = DEFAULT_OPTIONS) -> SourceText:
    """The text that is checked of a file: of a notebook, the cells that are Python.

    Raises `Undecodable`.
    """
    if language_of(filename, options.extensions) is not Language.NOTEBOOK:
        return decode_file(data, filename, options.extensions)
    # Imported late: few projects have notebooks.
    from detachlint.syntax.cells import read_notebook

    return read_notebook(data, filename)


def guarded(work: Callable[[], FileResult], filename: str, options: Options) -> FileResult:
    """The result that `work` gives; whatever goes wrong in it is part of the result.

    Raises `WorkerLost` alone, which is not about this file.
    """
    try:
        return work()
    except Undecodable as error:
        return FileResult(filename, tuple(wanted([unreadable(error, filename)], options)))
    except WorkerLost:
        raise
    except Exception as error:
        return FileResult(filename, error=_internal_error(error, filename))


def _internal_error(error: Exception, filename: str) -> str:
    # Imported late, as all that is for bad days.
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    words = " ".join(f"{type(error).__name__}: {error}".split())
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"internal error in {filename}: {words} ({place}); please report this"


def wanted(findings: list[Finding], options: Options) -> list[Finding]:
    """The findings that the options ask for, by position."""
    from detachlint.config.wanted import wanted as wanted_by

    return wanted_by(findings, options)


def unreadable(error: Undecodable | Unparsable, filename: str) -> Finding:
    """The finding about a file that cannot be read as Python, where it cannot."""
    span = Span(error.line, error.column, error.line, error.column + 1)
    return Finding(UNREADABLE, "unreadable-file", error.message, filename, span, Confidence.CERTAIN)
