"""What traces tell: where a device comes from, and what is not known."""

from __future__ import annotations

from detachlint.api import check_source
from detachlint.rules.finding import Confidence, Finding


def only_finding(text: str) -> Finding:
    (finding,) = check_source(text, "program.py", min_confidence=Confidence.POSSIBLE)
    return finding


def lines_of(finding: Finding) -> list[tuple[int, str]]:
    return [(step.span.line, step.message) for step in finding.trace]


def test_a_device_is_followed_from_where_it_is_named() -> None:
    finding = only_finding(
        "import torch\n"
        "device = torch.device('cuda')\n"
        "model = torch.nn.Linear(2, 2)\n"
        "def step(batch):\n"
        "    batch = batch.to(device)\n"
        "    return model.to(device)(batch)\n"
        "y = step(torch.ones(1, 2)).detach()\n"
        "z = y * 2\n"
        "z.numpy()\n"
    )
    assert finding.because == "is there because"
    assert lines_of(finding) == [
        (2, "the device is named here"),
        (5, "`batch.to(…)` moves it there"),
        (6, "goes through the module `model.to(…)`"),
        (4, "returned by `step`"),
        (7, "`step(…).detach(…)` is computed from it"),
        (8, "`y * 2` is computed from it"),
        (9, "converted to NumPy here"),
    ]


def test_a_device_named_where_it_is_used_is_one_step() -> None:
    finding = only_finding(
        "import torch\nt = torch.ones(1, device=torch.device('cuda'))\nt.numpy()\n"
    )
    assert [line for line, _ in lines_of(finding)] == [2, 3]


def test_no_reason_is_announced_where_none_is_known() -> None:
    finding = only_finding("def f(t):\n    return t.numpy()\n")
    assert finding.confidence is Confidence.POSSIBLE
    assert finding.because == "may require grad, for all that is seen"
    assert [line for line, _ in lines_of(finding)] == [2]


def test_what_is_doubted_is_the_conversion_not_the_gradient() -> None:
    """`np.float64` takes a tensor of one element as a number (executed)."""
    finding = only_finding(
        "import numpy as np, torch\nt = torch.ones(3, requires_grad=True)\nnp.float64(t)\n"
    )
    assert finding.confidence is Confidence.POSSIBLE
    assert finding.message == "`np.float64(…)` may convert a tensor that requires grad to an array"


def test_a_switch_is_told_of_before_all_else() -> None:
    finding = only_finding(
        "import torch\n"
        "PLOT = False\n"
        "t = torch.ones(3, requires_grad=True)\n"
        "if PLOT:\n"
        "    t.numpy()\n"
    )
    assert finding.confidence is Confidence.LIKELY
    assert finding.message == (
        "`.numpy()` on a tensor that requires grad where `PLOT` is True (line 2)"
    )
    assert lines_of(finding)[0] == (
        2,
        "`PLOT` is False here: this is what happens where it is True",
    )
