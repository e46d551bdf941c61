"""The story of a value at its crossing: origin first, each step with the line it happened at."""

from __future__ import annotations

import pytest
from engine import PRELUDE_LINES, facts_of, visits

from detachlint.domain.belief import Truth
from detachlint.domain.story import LONGEST


def told(body: str) -> list[tuple[int, str]]:
    """The steps of the first visit's story: line of the body (the prelude's are below 1), message."""
    (visit, *_) = next(iter(visits(body).values()))
    assert visit.story is not None
    return [(step.span.line - PRELUDE_LINES, step.message) for step in visit.story.steps()]


@pytest.mark.parametrize(
    ("origin", "word"),
    [
        ("torch.ones(2, requires_grad=True)", "requires_grad"),
        ("nn.Parameter(torch.ones(2))", "Parameter"),
        ("nn.Linear(2, 2)(torch.ones(2))", "Linear"),
        ("nn.Linear(2, 2).weight", "weight"),
        ("torch.ones(2).requires_grad_()", "requires_grad_"),
    ],
)
def test_a_story_begins_where_the_value_began_to_require_grad(origin: str, word: str) -> None:
    steps = told(f"x = {origin}\ny = x * 2\ny.numpy()\n")
    assert steps[0][0] == 1
    assert any(word in message for line, message in steps if line == 1)


def test_steps_name_the_lines_they_happened_at_in_order() -> None:
    steps = told("a = t * 2\nb = torch.relu(a)\nc = b.sum()\nc.numpy()\n")
    lines = [line for line, _ in steps]
    assert lines[0] < 1, "the origin is in the prelude"
    assert lines == sorted(lines)
    assert set(lines[1:]) <= {1, 2, 3}


def test_a_value_returned_by_a_function_says_by_which() -> None:
    steps = told("def scaled(x):\n    return x * 2\nscaled(t).numpy()\n")
    assert any("scaled" in message for _, message in steps)


def test_every_step_says_something() -> None:
    for _, message in told("xs = [t]\nxs.append(t * 2)\ny = torch.stack(xs)\ny.numpy()\n"):
        assert message
        assert "\n" not in message


def test_a_loop_does_not_tell_the_same_step_forever() -> None:
    steps = told("x = t\nwhile os.listdir():\n    x = x * 2\nx.numpy()\n")
    assert len(steps) < LONGEST
    assert len(steps) == len(set(steps))


def test_a_long_way_is_cut() -> None:
    steps = told("x = t\n" + "x = x * 2\nx = x.view(2)\n" * 60 + "x.numpy()\n")
    assert len(steps) <= LONGEST


def test_a_value_without_grad_has_no_story_of_one() -> None:
    ((visit,),) = facts_of("import torch\nx = torch.ones(2)\nx.numpy()\n").crossings.values()
    assert visit.story is None


def test_the_story_is_that_of_the_object_that_requires_grad() -> None:
    body = "def f(u):\n    x = torch.ones(2) if u else t * 2\n    x.numpy()\n"
    told_by = [visit.story for visit in visits(body)[3] if visit.raises.usual is not Truth.NO]
    assert told_by
    for story in told_by:
        assert story is not None
        assert story.steps()[0].span.line == PRELUDE_LINES
