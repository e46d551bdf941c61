"""What shells offer for the values of options: codes of rules, words, files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import click

Complete: TypeAlias = Callable[[click.Context, click.Parameter, str], list[str]]
"""What click asks for the values that begin as what is typed."""


def codes(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The codes of all rules; behind others, in a list with commas, those that are not in it yet."""
    # Imported late, as in every command: the others start without it.
    from detachlint.rules.codes import all_codes

    given, comma, _ = incomplete.rpartition(",")
    named = given.split(",")
    offered = [given + comma + code for code in sorted(all_codes()) if code not in named]
    return [text for text in (*offered, "ALL") if text.startswith(incomplete)]


def one_code(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The codes of all rules."""
    from detachlint.rules.codes import all_codes

    return [code for code in sorted(all_codes()) if code.startswith(incomplete.upper())]


def confidences(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """How sure a finding can be, the surest first."""
    from detachlint.rules.finding import Confidence

    words = [confidence.value for confidence in reversed(Confidence)]
    return [word for word in words if word.startswith(incomplete)]


def fix_styles(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The ways in which a tensor can be detached."""
    from detachlint.config.values import FIX_STYLES

    return [word for word in FIX_STYLES if word.startswith(incomplete)]
