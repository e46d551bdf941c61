"""The options of the command line that stand for keys of the configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from detachlint.cli import completion
from detachlint.cli.terminal import Failure
from detachlint.config.configuration import Configuration
from detachlint.config.errors import ConfigurationError
from detachlint.config.files import parse_toml
from detachlint.config.values import Place, Values, read_value, read_values

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _list(
    name: str, metavar: str, help: str, complete: completion.Complete | None = None
) -> Callable[[_Function], _Function]:
    return click.option(name, metavar=metavar, multiple=True, help=help, shell_complete=complete)


def _codes(name: str, help: str) -> Callable[[_Function], _Function]:
    return _list(name, "CODES", help, completion.codes)


CONFIGURATION_OPTIONS = (
    _codes("--select", "Run these rules only: codes, their beginnings, or ALL."),
    _codes("--extend-select", "Run these rules as well."),
    _codes("--ignore", "Do not run these rules."),
    click.option(
        "--min-confidence",
        metavar="WORD",
        shell_complete=completion.confidences,
        help="The least sure findings to report: certain, likely (the default) or possible.",
    ),
    _list("--exclude", "PATTERNS", "Leave out these files and directories, no others."),
    _list("--extend-exclude", "PATTERNS", "Leave out these files and directories as well."),
    click.option(
        "--force-exclude/--no-force-exclude",
        default=None,
        help="Leave out excluded files even if they are named on the command line.",
    ),
    click.option(
        "--respect-gitignore/--no-respect-gitignore",
        default=None,
        help="Leave out what git ignores (the default).",
    ),
    click.option(
        "--fix-style",
        metavar="WORD",
        shell_complete=completion.fix_styles,
        help="detach (the default) inserts .detach(); force passes force=True (PyTorch 1.13 or later).",
    ),
    click.option(
        "--unsafe-fixes/--no-unsafe-fixes",
        default=None,
        help="Also apply fixes that need a look.",
    ),
    click.option("--target-torch", metavar="VERSION", help='The oldest PyTorch in use, as "2.1".'),
    _list("--extension", "EXTENSION:LANGUAGE", "Read such files as python, ipynb or markdown."),
    click.option(
        "--config",
        metavar="FILE or KEY=VALUE",
        multiple=True,
        help="A configuration file in place of those that would be found, or a key with a TOML value.",
    ),
    _list("--follow-packages", "NAMES", "Look into these installed packages, too."),
    click.option(
        "--environment",
        metavar="FOLDER",
        help="Where those are: a virtual environment (default: that of detachlint).",
    ),
    click.option("--baseline", metavar="FILE", help="Do not report the findings in this file."),
    click.option("--isolated", is_flag=True, help="Read no configuration file."),
)
"""What `take_configuration` understands."""

_KEYS = (
    *("select", "extend-select", "ignore", "min-confidence", "exclude", "extend-exclude"),
    *("force-exclude", "respect-gitignore", "fix-style", "unsafe-fixes", "target-torch"),
    *("extension", "follow-packages", "environment", "baseline"),
)


def with_configuration(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command that is given all options for keys of the configuration, and takes a `configuration`."""

    @wraps(function)
    def configured(**given: Any) -> Any:
        try:
            configuration = take_configuration(given)
        except ConfigurationError as error:
            raise Failure(str(error)) from error
        return function(configuration=configuration, **given)

    for decorate in reversed(CONFIGURATION_OPTIONS):
        configured = decorate(configured)
    return configured


def take_configuration(given: dict[str, Any], *, without_baseline: bool = False) -> Configuration:
    """The configuration that the options ask for; they are taken out of `given`.

    Raises `ConfigurationError`.
    """
    isolated = bool(given.pop("isolated"))
    here = os.path.realpath(os.curdir)
    file, inline = _files_and_values(given.pop("config"), here)
    own = [_option(key, given.pop(key.replace("-", "_")), here) for key in _KEYS]
    options = {key: value for one in own for key, value in one.items()}
    return Configuration(
        [*inline, options], file, isolated=isolated, without_baseline=without_baseline
    )


def _option(key: str, raw: object, root: str) -> Values:
    if raw is None or raw == ():
        return {}
    if isinstance(raw, tuple):
        raw = ",".join(raw)
    return {key: read_value(key, raw, Place("", root, ini=True), name=f"--{key}")}


def _files_and_values(given: Iterable[str], root: str) -> tuple[str | None, list[Values]]:
    file: str | None = None
    inline: list[Values] = []
    for text in given:
        if "=" in text and not Path(text).is_file():
            inline.append(_inline(text, root))
        elif file is not None:
            raise ConfigurationError("--config: there can only be one configuration file")
        else:
            file = text
    return file, inline


def _inline(text: str, root: str) -> Values:
    try:
        table = parse_toml(text)
    except ValueError as error:
        raise ConfigurationError(f"--config: {text!r} is not TOML: {error}") from error
    return read_values(table, Place("--config", root))
