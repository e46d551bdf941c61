"""What is said of code that a switch keeps shut, beside the finding itself."""

from __future__ import annotations

import pytest

from detachlint import api
from detachlint.interpret.switches.shut_code import Behind, Shut
from detachlint.interpret.switches.supposing import MOST_SETTINGS
from detachlint.rules.finding import Applicability
from detachlint.source.span import Span

HEAD = "import numpy as np\nimport torch\n\nRAW = False\nw = torch.ones(2, requires_grad=True)\n"


@pytest.mark.parametrize("given", ["w.detach().numpy()", "[1.0, 2.0]"])
def test_what_is_no_tensor_as_the_switch_is_set_is_not_detached_unasked(given: str) -> None:
    text = HEAD + (
        "def mean_of(values):\n    return np.exp(values).mean()\n"
        f"if RAW:\n    mean_of(w)\nelse:\n    mean_of({given})\n"
    )
    [finding] = api.check_source(text)
    assert "where `RAW` is True" in finding.message
    assert finding.fix is not None and finding.fix.applicability is not Applicability.SAFE
    assert api.fix_source(text).text == text
    exec(compile(text, "program.py", "exec"), {})


def test_a_conversion_behind_a_switch_is_repaired() -> None:
    text = HEAD + "if RAW:\n    w.numpy()\n"
    assert api.fix_source(text).text == text.replace("w.numpy", "w.detach().numpy")


@pytest.mark.parametrize(
    ("setting", "test", "said"),
    [
        ("MODE = 'train'", "MODE == 'test'", "where `MODE` is 'test' (line 4)"),
        ("PATH = None", "PATH is not None", "where `PATH` is set (line 4)"),
        ("LEVEL = 0", "LEVEL > 1", "where `LEVEL` is 2 (line 4)"),
        ("MODE = 'train'", "MODE != 'train'", "where `MODE` is something else (line 4)"),
        ("class Config: plot = False", "Config.plot", "where `Config.plot` is True (line 4)"),
        ("options = {'plot': False}", "options['plot']", "where `'plot'` is True (line 4)"),
        ("def f(plot=False): return plot", "f()", ""),
    ],
)
def test_what_has_to_be_set_is_said(setting: str, test: str, said: str) -> None:
    text = f"import torch\n\nw = torch.ones(2, requires_grad=True)\n{setting}\n"
    found = api.check_source(f"{text}if {test}:\n    w.numpy()\n")
    assert [said in finding.message for finding in found] == ([True] if said else [])


def test_comments_behind_switches_that_are_not_tried_are_not_unused() -> None:
    names = [f"S{number}" for number in range(MOST_SETTINGS + 2)]
    text = "import torch\n\nw = torch.ones(2, requires_grad=True)\n"
    text += "".join(f"{name} = False\n" for name in names)
    text += "".join(f"if {name}:\n    w.numpy()  # noqa: DTL101\n" for name in names)
    assert api.check_source(text) == []


def test_what_several_switches_keep_shut_stands_behind_each() -> None:
    part = Span(3, 0, 3, 9, "a")
    one = Shut((part,), frozenset(), frozenset())
    both = Shut((Span(2, 0, 2, 9, "a"), part), frozenset(), frozenset())
    behind = Behind([one, both])
    assert behind.at(Span(3, 4, 3, 6, "a")) == [0, 1]
    assert behind.at(Span(2, 4, 2, 6, "a")) == [1]


@pytest.mark.parametrize(
    ("test", "turned"),
    [("A and B", "AB"), ("A or B", "A"), ("not (A or C) or B", "C"), ("A is True and C", "A")],
)
def test_as_few_switches_are_turned_as_will_do(test: str, turned: str) -> None:
    text = "import torch\n\nA = False\nB = False\nC = True\n"
    text += f"w = torch.ones(2, requires_grad=True)\nif {test}:\n    w.numpy()\n"
    [finding] = api.check_source(text)
    assert "".join(name for name in "ABC" if f"`{name}` is" in finding.message) == turned


def test_where_something_stands() -> None:
    outer = Shut((Span(2, 0, 9, 4, "a"), Span(12, 0, 12, 8, "a")), frozenset(), frozenset())
    inner = Shut((Span(4, 4, 5, 8, "a"),), frozenset(), frozenset())
    behind = Behind([outer, inner])
    assert behind.at(Span(4, 4, 4, 6, "a")) == [0, 1]
    assert behind.at(Span(4, 0, 4, 6, "a")) == behind.at(Span(12, 2, 12, 3, "a")) == [0]
    assert behind.at(Span(4, 4, 4, 6, "b")) == behind.at(Span(10, 0, 10, 1, "a")) == []
