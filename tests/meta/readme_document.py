"""README.md as a document whose outputs are made: executing this file writes them anew.

A fenced `console` block is a session: lines that start with `$ ` are commands, the others are what
they print (standard output and standard error, as a terminal shows them). Each session runs in a
directory of its own that holds copies of the programs in `tests/examples`. A session with `-m venv`
in it is a set-up command and is not run here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
EXAMPLES = ROOT / "tests" / "examples"

_BLOCK = re.compile(r"^(?P<fence>`{3,})(?P<language>\w+)\n(?P<text>.*?)^(?P=fence)$", re.S | re.M)
_RULES = re.compile(r"(?<=<!-- rules: begin -->\n).*?(?=<!-- rules: end -->)", re.S)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text and where in the document the text is."""

    language: str
    text: str
    start: int
    line: int

    @property
    def commands(self) -> list[str]:
        """The commands of a session."""
        return [line[2:] for line in self.text.splitlines() if line.startswith("$ ")]

    @property
    def is_session(self) -> bool:
        return self.language == "console" and not self.is_setup

    @property
    def is_setup(self) -> bool:
        return self.language == "console" and "-m venv" in self.text


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a document, in order."""
    return [
        Block(
            match["language"], match["text"], match.start("text"), text[: match.start()].count("\n")
        )
        for match in _BLOCK.finditer(text)
    ]


def setup_commands(text: str) -> list[str]:
    """The commands that set everything up: to use detachlint, to test it."""
    return [command for block in blocks(text) if block.is_setup for command in block.commands]


def run_session(block: Block) -> str:
    """The text of a session as it is when its commands are run now."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(EXAMPLES, directory, dirs_exist_ok=True)
        return "".join(f"$ {command}\n{_run(command, directory)}" for command in block.commands)


def rules_table() -> str:
    """The table of rules, in Markdown."""
    from detachlint.rules.registry import all_rules

    rows = [f"| {rule.code} | {rule.name} | {rule.summary} |\n" for rule in all_rules()]
    return "".join(["| code | name | what it reports |\n", "|---|---|---|\n", *rows])


def refreshed(text: str) -> str:
    """The document with all outputs and the table of rules made anew."""
    for block in reversed(blocks(text)):
        if block.is_session:
            end = block.start + len(block.text)
            text = text[: block.start] + run_session(block) + text[end:]
    return _RULES.sub(lambda _: rules_table(), text)


def _run(command: str, directory: str) -> str:
    # The programs of this environment, and the package of this working tree.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    ours = ("FORCE_COLOR", "DETACHLINT_NO_CACHE")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    kept["DETACHLINT_CACHE_DIR"] = f"{directory}/.cache-of-the-user"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=directory,
        env={**kept, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return done.stdout.decode("utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    README.write_text(refreshed(README.read_text(encoding="utf-8")), encoding="utf-8")
