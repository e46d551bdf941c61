"""Runs the engine by itself on small programs, without rules or findings."""

from __future__ import annotations

import time
from collections import defaultdict

import pytest

from detachlint.domain.belief import Truth
from detachlint.interpret import analyse_module, render_facts
from detachlint.interpret.engine.memo import Memo
from detachlint.interpret.facts import Crossing, Facts
from detachlint.lower import lower_module
from detachlint.syntax.parse import parse_module

PRELUDE = "import os, torch\nfrom torch import nn\nt = torch.ones(2, requires_grad=True)\n"
PRELUDE_LINES = PRELUDE.count("\n")


def facts_of(source: str) -> Facts:
    """The facts of a program as it stands."""
    return analyse_module(
        lower_module(parse_module(source, "program.py"), "program.py"), "program.py"
    )


def facts_without_memo(source: str) -> str:
    """The facts of a program as it stands, when every call is run, as text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Memo, "_is_hopeless", lambda memo, code: True)
        return render_facts(facts_of(source))


def run(body: str) -> Facts:
    """The facts of a program behind the prelude, in which `t` requires grad."""
    return facts_of(PRELUDE + body)


def revealed(body: str) -> list[str]:
    """What each visit to a `reveal_grad(x)` behind the prelude believes, in the order of visits."""
    return [shown for _, shown in run(body).reveals]


def visits(body: str) -> dict[int, list[Crossing]]:
    """The visits to crossings behind the prelude, by the line of `body` (from 1)."""
    found: dict[int, list[Crossing]] = defaultdict(list)
    for span, crossings in run(body).crossings.items():
        found[span.line - PRELUDE_LINES] += crossings
    return found


def raising_lines(body: str) -> list[int]:
    """The lines whose crossing raises in some context, under PyTorch's defaults."""
    return sorted(
        line
        for line, crossings in visits(body).items()
        if any(visit.raises.usual in (Truth.YES, Truth.SOMETIMES) for visit in crossings)
    )


def seconds(body: str) -> float:
    """The processor time that a program behind the prelude takes to analyse."""
    start = time.process_time()
    run(body)
    return time.process_time() - start
