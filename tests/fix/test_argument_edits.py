"""Fixes of implicit crossings: at the argument, in every way it may be written."""

from __future__ import annotations

import sys

import pytest
from fix_helpers import source_of

from detachlint import api
from detachlint.api import check_source
from detachlint.fix.argument_edits import argument_edits
from detachlint.harness.observation import Verdict
from detachlint.harness.runner import Runner
from detachlint.rules.finding import Applicability, Remedy
from detachlint.source.span import Span
from detachlint.syntax.outline import Outline

BEFORE = """\
import functools
import numpy as np
import torch

w = torch.ones(3, requires_grad=True)
flag = True
xs = [w.sum(), w.mean()]
a = np.ones(3)
"""

FIXED = {
    "name": ("np.exp(w)", "np.exp(w.detach())"),
    "keyword": ("np.full(3, fill_value=w[0])", "np.full(3, fill_value=w[0].detach())"),
    "arithmetic": ("np.exp(w + 1)", "np.exp((w + 1).detach())"),
    "parentheses": ("np.exp((w + 1))", "np.exp(((w + 1).detach()))"),
    "conditional": ("np.exp(w if flag else w * 2)", "np.exp((w if flag else w * 2).detach())"),
    "walrus": ("np.exp(v := w * 2)", "np.exp((v := w * 2).detach())"),
    "moved data": ("np.exp(w.cpu())", "np.exp(w.detach().cpu())"),
    "lines": (
        "np.exp(\n    w\n    * 2  # twice\n)",
        "np.exp(\n    (w\n    * 2).detach()  # twice\n)",
    ),
    "operand": ("w * a", "w.detach() * a"),
    "later operand": ("a / (w + 1)", "a / ((w + 1).detach())"),
    "store": ("a[:] = w", "a[:] = w.detach()"),
    "non-ascii": ("'é', np.exp(w)", "'é', np.exp(w.detach())"),
    "two arguments": ("np.dot(w, w)", "np.dot(w.detach(), w.detach())"),
    "list": ("np.stack([w, w * 2])", "np.stack([w.detach(), (w * 2).detach()])"),
    "tuple": ("np.stack((w, w))", "np.stack((w.detach(), w.detach()))"),
    "comprehension": (
        "np.sum([x * 2 for x in xs])",
        "np.sum([(x * 2).detach() for x in xs])",
    ),
    "container": ("np.mean(xs)", "np.mean([t.detach() for t in xs])"),
    "slice": ("np.mean(xs[-2:])", "np.mean([t.detach() for t in xs[-2:]])"),
    "choice of containers": (
        "np.mean(xs if flag else xs)",
        "np.mean([t.detach() for t in (xs if flag else xs)])",
    ),
    "beside a number": ("np.max([0.0, w.sum()])", "np.max([0.0, w.sum().detach()])"),
    "beside numbers": (
        "np.array((w.sum(), len(xs), a[0]))",
        "np.array((w.sum().detach(), len(xs), a[0]))",
    ),
    "beside what is detached": (
        "np.array([w.sum(), w.detach()[0], 0.5])",
        "np.array([w.sum().detach(), w.detach()[0], 0.5])",
    ),
    "nested": (
        "np.array([[w.sum(), 1.0], (0.5, w[0] * 2)])",
        "np.array([[w.sum().detach(), 1.0], (0.5, (w[0] * 2).detach())])",
    ),
    "comprehension of displays": (
        "np.array([[k, x * k] for k, x in enumerate(xs)])",
        "np.array([[k, (x * k).detach()] for k, x in enumerate(xs)])",
    ),
    "containers in a display": (
        "np.array([xs, [0.5, 1]])",
        "np.array([[t.detach() for t in xs], [0.5, 1]])",
    ),
    "rejected": ("np.mean(w)", "np.mean(w.detach().numpy())"),
    "rejected arithmetic": ("np.mean(w * 2)", "np.mean((w * 2).detach().numpy())"),
    "rejected and moved": ("np.mean(w.cpu())", "np.mean(w.detach().cpu().numpy())"),
    "rejected though detached": ("np.mean(w.detach())", "np.mean(w.detach().numpy())"),
    "rejected comparison": ("np.sum(w > 0)", "np.sum((w > 0).numpy())"),
    "rejected operand": ("a * w", "a * w.detach().numpy()"),
}


@pytest.mark.parametrize(("line", "fixed"), FIXED.values(), ids=FIXED)
def test_the_argument_is_repaired_and_nothing_else(line: str, fixed: str) -> None:
    result = api.fix_source(f"{BEFORE}{line}\n", "example.py")
    assert result.text == f"{BEFORE}{fixed}\n"
    assert result.remaining == []


def test_each_repair_is_one_under_pytorch(runner: Runner) -> None:
    """Each line fails as it is written first, and works as it is written then."""
    guarded = "".join(
        f"try:\n    {_indented(line)}\nexcept (RuntimeError, TypeError):\n    print({name!r})\n"
        for name, (line, _) in FIXED.items()
    )
    before = runner.run(f"{BEFORE}{guarded}", filename="example.py")
    assert (before.verdict, before.error) == (Verdict.FINISHED, None)
    assert before.stdout.splitlines() == list(FIXED)
    fixed = "".join(f"{line}\n" for _, line in FIXED.values())
    after = runner.run(f"{BEFORE}{fixed}", filename="example.py")
    assert (after.verdict, after.error) == (Verdict.FINISHED, None)


def _indented(line: str) -> str:
    return line.replace("\n", "\n    ")


@pytest.mark.parametrize(
    "line",
    [
        "np.stack(*[[w, w]])",
        "np.save(**{'file': 'x', 'arr': w})",
        "w -= a",
        "np.max([0.0, *xs])",
        "np.max(sorted([0.0, w.sum()]))",
        "np.array([x * 1 for x in (0.0, w.sum())])",
        "np.array([w.sum(), eval('0.5')])",
        "np.array([[0.0, w.sum()] if flag else [w.sum(), 0.0]])",
        "list(map(np.exp, [w]))",
        "functools.partial(np.dot, w)(a)",
    ],
)
def test_what_cannot_be_edited_gets_advice(line: str) -> None:
    findings = api.check_source(f"{BEFORE}{line}\n", "example.py")
    assert [finding.span.line for finding in findings] == [9] * len(findings)
    for finding in findings:
        assert finding.fix is None or finding.fix.applicability is Applicability.DISPLAY_ONLY
    assert api.fix_source(f"{BEFORE}{line}\n", "example.py").applied == []


def test_a_hidden_error_is_repaired_on_request_only() -> None:
    text = f"{BEFORE}same = np.array_equal(w, a)\n"
    assert api.fix_source(text, "example.py").applied == []
    result = api.fix_source(text, "example.py", unsafe_fixes=True)
    assert result.text == text.replace("(w, a)", "(w.detach(), a)")


def test_text_that_the_program_shows_is_not_edited() -> None:
    text = "f'{np.exp(w)=}'\n"
    source = source_of(text)
    assert argument_edits(source, Span(1, 10, 1, 11), Remedy.DETACH, Outline.read(source)) is None


@pytest.mark.skipif(sys.version_info < (3, 12), reason="positions inside strings are wrong")
def test_a_plain_f_string_is_edited() -> None:
    result = api.fix_source(f'{BEFORE}print(f"{{np.exp(w)}}")\n', "example.py")
    assert result.text == f'{BEFORE}print(f"{{np.exp(w.detach())}}")\n'


def test_an_item_that_may_be_a_number_in_other_calls_has_no_safe_fix() -> None:
    body = "def f(x):\n    return np.array([x, 1.0])\n"
    start = "import numpy as np\nimport torch\na = torch.ones(1, requires_grad=True).sum()\n"
    [doubtful] = check_source(f"{start}{body}f(a)\n")
    [certain] = check_source(f"{start}np.array([a, 1.0])\n")
    assert doubtful.fix is not None and certain.fix is not None
    assert doubtful.fix.applicability is Applicability.UNSAFE
    assert certain.fix.applicability is Applicability.SAFE


HANDED_TO_ONE_PLACE = {
    "a number": "def f(x):\n    return np.exp(x)\nf(1.0)\nf(w)\n",
    "an array": "def f(x):\n    return np.exp(x)\nf(a)\nf(w)\n",
    "a series": "import pandas as pd\ndef f(x):\n    np.copy(x)\nf(pd.Series([1.0]))\nf(w)\n",
    "nothing": "def f(x):\n    np.copy(x)\nf(None)\nf(w)\n",
    "a dict": "def f(x):\n    np.copy(x)\nf({'a': 1})\nf(w)\n",
    "numbers": "def f(xs):\n    return np.mean(xs)\nf([1.0, 2.0])\nf(xs)\n",
    "an array of numbers": "def f(xs):\n    return np.stack(xs)\nf(a)\nf(xs)\n",
    "a list of tensors": "def f(xs):\n    return np.exp(xs)\nf(xs)\nf(w)\n",
    "a number in a loop": "for x in [1.0, w.sum()]:\n    np.exp(x)\n",
    "numbers in a loop": "for x in [[1.0], [w.sum()]]:\n    np.mean(x)\n",
    "a number beside it": "def f(x):\n    return np.array([x, 1.0])\nf(2.0)\nf(w.sum())\n",
    "an array in an operator": "def f(x):\n    return a + x\nf(a)\nf(w)\n",
    "an array to be written": "def f(x):\n    a[0:3] = x\nf(a)\nf(w)\n",
    "a number, where tensors are refused": "def f(x):\n    return np.mean(x)\nf(1.0)\nf(w)\n",
    "an array, where the dtype is": "def f(x):\n    np.exp(x)\nf(a)\nf(w.detach().bfloat16())\n",
}


@pytest.mark.parametrize("body", HANDED_TO_ONE_PLACE.values(), ids=HANDED_TO_ONE_PLACE)
def test_where_others_come_as_well_no_method_of_tensors_is_put(body: str) -> None:
    [finding] = check_source(f"{BEFORE}{body}", "example.py")
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.DISPLAY_ONLY
    assert "where the tensor comes from" in finding.fix.message


@pytest.mark.parametrize("start", ["total = 0.0", "total = None"])
def test_what_a_loop_without_turns_would_leave_is_no_other(start: str) -> None:
    text = f"{BEFORE}{start}\nfor x in elsewhere():\n    total = w * x\nnp.exp(total)\n"
    result = api.fix_source(text, "example.py", unsafe_fixes=True)
    assert result.text == text.replace("exp(total)", "exp(total.detach())")
    safe = api.fix_source(text, "example.py").text != text
    assert safe is (start == "total = None")
