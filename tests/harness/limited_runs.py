"""What tests of the runner share: limits, a program that is refused, what belongs to a runner."""

from __future__ import annotations

import sys

import pytest

from detachlint.harness.limits import Limits, descendants
from detachlint.harness.runner import Runner

LIMITS = Limits(seconds=20.0, memory=1 << 30, output=100_000, file_size=1_000_000, processes=16)
REFUSED = "import torch\nweight = torch.ones(2, requires_grad=True)\nweight.numpy()\n"

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is needed")


def children_of(runner: Runner) -> frozenset[int]:
    process = runner._process
    assert process is not None
    return descendants(process.pid)
