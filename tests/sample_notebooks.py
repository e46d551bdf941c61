"""Notebooks for the tests."""

from __future__ import annotations

import json
from typing import Any

import nbformat

CROSSING = ("import torch", "model = torch.nn.Linear(2, 2)", "a = model(torch.ones(2)).numpy()")
"""The cells of a program whose last one raises."""


def notebook(*cells: str, language: str = "python") -> bytes:
    """A file of these code cells behind one of Markdown, as Jupyter writes it."""
    made = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Title\ntext"),
            *(nbformat.v4.new_code_cell(cell, id=f"c{index}") for index, cell in enumerate(cells)),
        ],
        metadata={"kernelspec": {"name": "k", "display_name": "k", "language": language}},
    )
    return (nbformat.writes(made) + "\n").encode()


def sources(data: bytes) -> list[str]:
    """The sources of all cells of a valid notebook, as Jupyter reads them."""
    read = nbformat.reads(data.decode("utf-8-sig"), as_version=4)
    nbformat.validate(read)
    return [cell["source"] for cell in read["cells"]]


def dumped(cells: list[Any], **settings: Any) -> bytes:
    """A file whose code cells have these sources, whatever they are, written as `json` is told."""
    made = {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"c{index}",
                "metadata": {},
                "outputs": [],
                "source": source,
            }
            for index, source in enumerate(cells)
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(made, **settings).encode()
