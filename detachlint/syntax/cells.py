"""Cells of notebooks that Python cannot read, so that the other cells still can be."""

from __future__ import annotations

from detachlint.source.notebook import BrokenCell, NotebookText, decode_notebook
from detachlint.syntax.parse import Unparsable, parse_module


def read_notebook(data: bytes, filename: str) -> NotebookText:
    """The program that runs in the notebook with this content. Raises `Undecodable`."""
    return _leave_out_broken_cells(decode_notebook(data, filename))


def _leave_out_broken_cells(notebook: NotebookText) -> NotebookText:
    """The notebook without the cells that are no Python, if its program cannot be parsed.

    That is what Jupyter makes of it: a cell with a syntax error does nothing, the others run.
    """
    if _error(notebook.text, notebook.filename) is None:
        return notebook
    broken = []
    for cell in notebook.cells:
        text = cell.opening + notebook.text[cell.start : cell.end]
        error = _error(text, notebook.filename)
        if error is not None:
            line = max(error.line - cell.opening.count("\n"), 1)
            broken.append(BrokenCell(cell.number, line, error.column, error.message))
    return notebook.without(broken)


def _error(text: str, filename: str) -> Unparsable | None:
    try:
        parse_module(text, filename)
    except Unparsable as error:
        return error
    return None
