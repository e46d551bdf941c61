"""Lists that hold themselves, many times over: questions about what is inside must come to an end."""

from __future__ import annotations

import time

import pytest
from engine import run

NEST = """\
import numpy as np
xs = [t]
for i in range(int(input())):
    xs = [xs, xs, (xs, t)]
    xs.append(xs)
"""


@pytest.mark.parametrize(
    "question",
    ["torch.stack(xs)", "torch.cat([xs, xs])", "np.array(xs)", "np.mean([xs, xs])", "np.zeros(xs)"],
)
def test_a_question_is_answered_in_no_time(question: str) -> None:
    start = time.process_time()
    run(f"{NEST}{question}\n")
    assert time.process_time() - start < 10
