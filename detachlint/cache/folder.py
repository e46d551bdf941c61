"""Where the cache is, who may use what is in it, and what is thrown away.

Below the cache's folder, each program that may give other results than the others has a folder of its
own: another version, another Python, a development checkout in another state. Nothing is ever read
from the folder of another one, so nothing of it can be stale.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This file marks a cache that detachlint made; see https://bford.info/cachedir/.\n"
)
"""Backup programs leave out folders with such a file."""

CACHE_DIR = "DETACHLINT_CACHE_DIR"
"""The environment variable that names another folder."""
NO_CACHE = "DETACHLINT_NO_CACHE"
"""The environment variable that says that there is to be no cache."""

OLDEST = 30 * 24 * 3600
"""Seconds after which what nobody has used is thrown away."""
MOST_PROGRAMS = 8
"""Folders of programs that are kept; the ones used last."""
MOST_BYTES = 512 << 20
"""What the entries of all programs may take; the ones used longest ago go first."""
PAUSE = 24 * 3600
"""Seconds between two looks for what is too old."""


def default_folder(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> Path:
    """The folder that the platform has for caches."""
    # What `platformdirs` says; importing that takes longer than all else that a warm run does here.
    home = Path.home()
    if platform == "win32":
        local = environment.get("LOCALAPPDATA")
        return (Path(local) if local else home / "AppData" / "Local") / "detachlint" / "Cache"
    if platform == "darwin":
        return home / "Library" / "Caches" / "detachlint"
    named = environment.get("XDG_CACHE_HOME", "").strip()
    return (Path(named) if named else home / ".cache") / "detachlint"


def wanted_folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The folder that the environment asks for; None if it wants no cache. Raises RuntimeError where
    nobody knows the user's home."""
    if environment.get(NO_CACHE, "").lower() not in ("", "0", "f", "false", "n", "no", "off"):
        return None
    named = environment.get(CACHE_DIR)
    return Path(named) if named else default_folder(environment)


def prepare(folder: Path) -> None:
    """Make the folder, if need be, and mark it. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("CACHEDIR.TAG", TAG), (".gitignore", "*\n")):
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")


def clean(folder: Path) -> bool:
    """Remove the cache in a folder; whether there was one. Raises `OSError`.

    A folder without the cache's mark is none of ours, and stays.
    """
    tag = folder / "CACHEDIR.TAG"
    try:
        ours = tag.read_text(encoding="utf-8") == TAG
    except (FileNotFoundError, NotADirectoryError):
        return False
    except UnicodeDecodeError:
        ours = False
    if not ours:
        raise OSError(f"{tag} is not detachlint's")
    import shutil

    shutil.rmtree(folder)
    return True


def throw_old_away(folder: Path, now: float | None = None) -> None:
    """Remove what is too old or too much, at most once a day. Never raises."""
    now = time.time() if now is None else now
    mark = folder / "last-clean-up"
    try:
        if mark.exists() and 0 <= now - mark.stat().st_mtime < PAUSE:
            return
        mark.write_bytes(b"")
        os.utime(mark, (now, now))
        _throw_away(folder, now)
    except OSError:
        return  # another run does it, or a later one


def _throw_away(folder: Path, now: float) -> None:
    import shutil

    programs = [entry for entry in folder.iterdir() if entry.is_dir()]
    used = {program: _last_use(program) for program in programs}
    programs.sort(key=lambda program: used[program], reverse=True)
    for place, program in enumerate(programs):
        if place >= MOST_PROGRAMS or now - used[program] > OLDEST:
            shutil.rmtree(program, ignore_errors=True)
    entries = [
        (status.st_mtime, status.st_size, file)
        for program in programs[:MOST_PROGRAMS]
        if program.exists()
        for file in program.iterdir()
        for status in [file.stat()]
    ]
    total = 0
    for last, size, file in sorted(entries, reverse=True):
        total += size
        if total > MOST_BYTES or now - last > OLDEST:
            file.unlink(missing_ok=True)


def _last_use(program: Path) -> float:
    # One without entries was just made by somebody who is about to write the first.
    entries = (file.stat().st_mtime for file in program.iterdir())
    return max(entries, default=program.stat().st_mtime)
