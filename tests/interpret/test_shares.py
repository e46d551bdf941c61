"""Shares of work: however many files and entry points a program has, its analysis comes to an end."""

from __future__ import annotations

from detachlint.interpret.engine import shares
from detachlint.interpret.engine.shares import MOST_ABOVE_ALL, Shares
from detachlint.interpret.relevance import WORDS, Relevance
from detachlint.lower import lower_module
from detachlint.syntax.parse import parse_module

CALLER = "import library\nlibrary.train()\n"
CROSSING = "def show(x):\n    return x.numpy()\n"
MOST = 40_000


def shares_of(texts: dict[str, str], most: int = MOST) -> Shares:
    """The shares of a program of these files."""
    modules = {name: lower_module(parse_module(text, name), name) for name, text in texts.items()}
    mentions = dict(zip(modules, Relevance().add(modules.values()), strict=True))
    return Shares(modules, mentions, WORDS, most)


def taken(shared: Shares, file: str, *, module: bool) -> int:
    """What an entry point does that takes all it can, which is twice its share."""
    steps = 2 * shared.of_entry(file, module=module)
    shared.count(file, steps)
    return steps


def test_many_files_of_many_entry_points_end_soon_after_the_bound() -> None:
    files = {f"crossing_{number}": CROSSING for number in range(150)}
    shared = shares_of(files)
    steps = sum(taken(shared, file, module=True) for file in files)
    largest = 2 * shares.SHARE_OF_THE_MODULE
    for _ in range(400):
        steps += sum(taken(shared, file, module=False) for file in files)
    assert MOST < steps <= MOST_ABOVE_ALL * MOST + largest
    assert not taken(shared, "crossing_0", module=False)


def test_scripts_without_crossings_share_the_bound_and_leave_the_rest_to_what_they_call() -> None:
    scripts = {f"script_{number}": CALLER for number in range(100)}
    shared = shares_of({**scripts, "library": CROSSING})
    each = {taken(shared, file, module=True) for file in scripts}
    assert len(each) == 1
    assert sum(each) * len(scripts) <= 2 * MOST + 100 * len(scripts)
    assert shared.of_entry("library", module=False) >= shares.SMALL_SHARE


def test_a_script_among_few_files_has_all_it_may_need() -> None:
    shared = shares_of({"script": CALLER, "library": CROSSING}, shares.MOST_STEPS_OF_A_PROGRAM)
    assert shared.of_entry("script", module=True) >= shares.SHARE_OF_THE_MODULE
