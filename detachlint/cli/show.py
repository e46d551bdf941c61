"""`--show-files` and `--show-settings`: what a run would do."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from detachlint.cli.linting import Request
from detachlint.cli.terminal import complain, write
from detachlint.config.files import shown_path
from detachlint.config.patterns import Pattern
from detachlint.config.settings import Settings
from detachlint.report.glyphs import visible
from detachlint.rules.codes import all_codes
from detachlint.source.discovery import DEFAULT_EXCLUDES, discover


def files(request: Request) -> int:
    """Print the files that would be checked, a line each. Returns the exit code."""
    found = discover(request.paths or (".",), request.configuration.walk_rules)
    for problem in found.problems:
        complain(f"{problem.path}: {problem.message}")
    write("".join(f"{visible(file.name)}\n" for file in found.files), sys.stdout)
    return 2 if found.problems else 0


def settings(request: Request) -> int:
    """Print the settings of each path, as TOML. Returns the exit code."""
    blocks = ["\n".join(_block(request, path)) for path in request.paths or (".",)]
    write("\n\n".join(blocks) + "\n", sys.stdout)
    return 0


def _block(request: Request, path: str) -> Iterator[str]:
    if path == "-":
        path = request.stdin_filename
    configuration = request.configuration
    ignored: tuple[str, ...] = ()
    if Path(path).is_dir():
        found = configuration.of_directory(os.path.realpath(path))
    else:
        found, ignored = configuration.of_file(path), configuration.options(path).ignored
    yield f"# {visible(path)}: {visible(found.source) or 'no configuration file'}"
    rules = [c for c in sorted(all_codes()) if found.selection.includes(c)]
    yield f"rules = {_list([c for c in rules if not c.startswith(ignored)])}"
    yield from _lines(found)


def _lines(found: Settings) -> Iterator[str]:
    yield f'min-confidence = "{found.min_confidence.value}"'
    for entry in found.per_file_ignores:
        name = json.dumps(("!" if entry.outside else "") + entry.pattern.text)
        yield f"per-file-ignores.{name} = {_list(entry.codes)}"
    excluded = sorted(DEFAULT_EXCLUDES) if found.exclude is None else _texts(found.exclude)
    yield f"exclude = {_list(excluded)}"
    yield f"extend-exclude = {_list(_texts(found.extend_exclude))}"
    yield f"force-exclude = {_word(found.force_exclude)}"
    yield f"respect-gitignore = {_word(found.respect_gitignore)}"
    yield f'fix-style = "{found.fix_style}"'
    yield f"unsafe-fixes = {_word(found.unsafe_fixes)}"
    if found.extension:
        pairs = [f"{name}:{language.value}" for name, language in found.extension]
        yield f"extension = {_list(pairs)}"
    if found.target_torch is not None:
        yield f'target-torch = "{".".join(map(str, found.target_torch))}"'
    if found.baseline is not None:
        yield f"baseline = {json.dumps(shown_path(found.baseline.path))}"
    if found.follow_packages:
        yield f"follow-packages = {_list(found.follow_packages)}"
    if found.environment is not None:
        yield f"environment = {json.dumps(shown_path(found.environment))}"
    for fact in found.facts.stated:
        yield f"facts.{json.dumps(fact.name)} = {json.dumps(fact.text)}"


def _texts(patterns: tuple[Pattern, ...]) -> list[str]:
    return [pattern.text for pattern in patterns]


def _list(texts: list[str] | tuple[str, ...]) -> str:
    return f"[{', '.join(map(json.dumps, texts))}]"


def _word(flag: bool) -> str:
    return "true" if flag else "false"
