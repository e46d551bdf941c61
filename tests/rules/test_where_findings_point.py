"""The span of a finding is what is converted, not the call that converts it; what is said of that."""

from __future__ import annotations

import pytest

from detachlint.api import check_source
from detachlint.rules.finding import Finding

HEAD = """\
import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.metrics import roc_auc_score

array = np.ones(3)
w = torch.ones(3, requires_grad=True)
losses = [w.sum() for _ in range(3)]
figure, axes = plt.subplots(2, 2)
(line,) = plt.plot([0, 1, 2], [0, 1, 2])
given = {"y_score": w}
both = (array, w)
"""


def the_finding(code: str) -> tuple[Finding, str]:
    """The only finding in a program that ends with `code`, and the text at its span."""
    program = HEAD + code + "\n"
    [finding] = check_source(program)
    assert finding.span.line == finding.span.end_line
    text = program.splitlines()[finding.span.line - 1]
    return finding, text.encode()[finding.span.column : finding.span.end_column].decode()


@pytest.mark.parametrize(
    ("code", "converted"),
    [
        ("np.exp(w)", "w"),
        ("np.exp(w * 2 + 1)", "w * 2 + 1"),
        ("np.add(array, w)", "w"),
        ("np.interp(0.5, array, fp=w)", "w"),
        ("np.where(array > 0, array, (w))", "w"),
        ("np.mean(losses)", "losses"),
        ("np.stack([w, w])", "[w, w]"),
        ("np.concatenate((array, w))", "(array, w)"),
        ("np.array([loss for loss in losses])", "[loss for loss in losses]"),
        ("np.r_[0.0, w]", "w"),
        ("array[0:3] = w", "w"),
        ("w * array", "w"),
        ("array * w", "w"),
        ("array += w", "w"),
        ("plt.plot(range(3), losses, label='losses')", "losses"),
        ("axes[0, 1].bar(range(3), height=w)", "w"),
        ("roc_auc_score([0, 1, 1], w)", "w"),
        ("roc_auc_score([0, 1, 1], **given)", "given"),
        ("np.add(*both)", "both"),
        ("line.set_ydata(w)", "w"),
        ("print('ä', np.exp(w), 'ö')", "w"),
        ("w.numpy()", "w.numpy()"),
        ("(w * 2).cpu().numpy().sum()", "(w * 2).cpu().numpy()"),
        ("np.log(np.exp(w.detach()) + np.sin(w))", "w"),
    ],
)
def test_a_finding_points_at_what_is_converted(code: str, converted: str) -> None:
    assert the_finding(code)[1] == converted


def test_what_no_one_writes_as_an_argument_is_converted_where_it_is_run_through() -> None:
    code = "list(map(np.exp, losses))"
    assert the_finding(code)[1] == code


@pytest.mark.parametrize("kind", ["KeyboardInterrupt", "TypeError", "(OSError, ValueError)"])
def test_an_error_that_a_try_lets_pass_is_not_said_to_be_caught(kind: str) -> None:
    finding = the_finding(f"try:\n    w.numpy()\nexcept {kind}:\n    pass")[0]
    assert "caught" not in finding.message


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("try:\n    w.numpy()\nexcept RuntimeError:\n    pass", "is caught by a `try`"),
        ("try:\n    np.mean(losses)\nexcept Exception:\n    pass", "is caught by a `try`"),
        ("line.set_data(array, w)", "converted when the figure is drawn"),
        ("axes[0, 0].text(w.sum(), 1, 'label')", "converted when the figure is drawn"),
        ("np.array_equal(array, w)", "answers False, whatever the values are"),
        ("np.array_equiv(w, array)", "answers False, whatever the values are"),
    ],
)
def test_hidden_and_late_errors_are_said_to_be_so(code: str, said: str) -> None:
    assert said in the_finding(code)[0].message


@pytest.mark.parametrize(
    ("taker", "told"),
    [
        ("array", True),
        ("vstack", True),
        ("concatenate", False),  # a list of numbers is refused there
        ("ma.concatenate", False),
    ],
)
def test_numbers_are_advised_where_they_may_do(taker: str, told: bool) -> None:
    filled = "kept = []\nfor _ in range(3):\n    kept.append(w * 2)\n"
    finding, _ = the_finding(f"{filled}np.{taker}(kept)")
    advice = "if each is a single number and no more is needed, keep that, with `.item()` at line"
    assert (advice in finding.message) is told
