"""Source text to Python's own syntax tree, with one exception for everything that can go wrong."""

from __future__ import annotations

import ast
import re
import warnings

_LINE_END = re.compile(r"\r\n|\r|\n")
"""Python's idea of a line end; `str.splitlines` also splits at form feeds and eight others."""

_TOO_DEEP = "nested too deeply"


class Unparsable(Exception):
    """A text that is no Python of the running version, or too deeply nested to look at.

    `line` counts from 1 and `column` UTF-8 bytes from 0, as in a `Span`; both are best effort and
    may name the start of the text where the parser does not say more.
    """

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message, line, column)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return self.message


def too_deep(line: int = 1, column: int = 0) -> Unparsable:
    """The exception for a program whose nesting exhausts the parser or the passes after it."""
    return Unparsable(_TOO_DEEP, line, column)


def parse_module(text: str, filename: str) -> ast.Module:
    """The syntax tree of a whole file; `text` comes without a byte order mark.

    Raises `Unparsable`, and nothing else, whatever the text. No warning leaks. `filename` shows up
    in nothing but the traceback of the underlying error: the file is not touched.
    """
    # In angle brackets, since Python opens the file of that name to quote a line in its errors, and
    # then computes the column from what it finds there.
    label = f"<{filename}>".replace("\0", "?")
    try:
        with warnings.catch_warnings():
            # Even with `-W error`, where an invalid escape would become a SyntaxError.
            warnings.simplefilter("ignore")
            return ast.parse(text, label)
    except SyntaxError as error:
        raise _from_syntax_error(error, text) from error
    except (RecursionError, MemoryError) as error:  # the parser's stack, not the machine's memory
        raise too_deep() from error
    except UnicodeEncodeError as error:
        raise Unparsable("lone surrogate", *_position(text, error.start)) from error
    except (ValueError, OverflowError) as error:
        raise Unparsable(str(error), *_position(text, max(text.find("\0"), 0))) from error


def _from_syntax_error(error: SyntaxError, text: str) -> Unparsable:
    """Python's 1-based line and column in characters, which may be missing, as ours."""
    message = error.msg or "invalid syntax"
    if not error.lineno or error.lineno < 1:
        return Unparsable(message, *_position(text, max(text.find("\0"), 0)))
    lines = _LINE_END.split(text)
    if error.lineno > len(lines):  # at the end of the text
        return Unparsable(message, error.lineno, 0)
    characters = max((error.offset or 1) - 1, 0)
    return Unparsable(message, error.lineno, _width(lines[error.lineno - 1][:characters]))


def _position(text: str, index: int) -> tuple[int, int]:
    """The line and byte column of a character."""
    lines = _LINE_END.split(text[:index])
    return len(lines), _width(lines[-1])


def _width(characters: str) -> int:
    return len(characters.encode("utf-8", "surrogatepass"))
