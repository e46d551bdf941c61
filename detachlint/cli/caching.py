"""The cache on the command line: whether there is one and where, and `detachlint clean`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from detachlint.cache.folder import CACHE_DIR, NO_CACHE, default_folder
from detachlint.cache.folder import clean as clean_folder
from detachlint.cache.store import Store
from detachlint.cli.terminal import Failure, complain
from detachlint.source.discovery import describe

_CACHE_DIR = click.option(
    "--cache-dir",
    metavar="DIRECTORY",
    envvar=CACHE_DIR,
    help="Where results are cached (also $DETACHLINT_CACHE_DIR; default: the user's cache folder).",
)
CACHE_OPTIONS = (
    click.option(
        "-n",
        "--no-cache",
        is_flag=True,
        envvar=NO_CACHE,
        help="Neither read nor write cached results (also $DETACHLINT_NO_CACHE).",
    ),
    _CACHE_DIR,
)
"""What `take_store` understands."""


def take_store(given: dict[str, Any]) -> Store | None:
    """The cache that the options ask for; they are taken out of `given`. None: no cache."""
    folder, unwanted = given.pop("cache_dir"), given.pop("no_cache")
    return None if unwanted else Store(_folder(folder), complain)


def _folder(named: str | None) -> Path:
    try:
        return Path(named) if named else default_folder()
    except RuntimeError as error:  # nobody knows where the user's home is
        raise Failure(f"no place for the cache (name one with --cache-dir): {error}") from error


@click.command()
@_CACHE_DIR
def clean(cache_dir: str | None) -> None:
    """Remove all cached results."""
    folder = _folder(cache_dir)
    try:
        removed = clean_folder(folder)
    except OSError as error:
        raise Failure(f"cannot remove {folder}: {describe(error)}") from error
    complain(f"removed {folder}" if removed else f"there is no cache in {folder}")
