"""What observing costs a program that does real work: `python tests/benchmarks/observer_overhead.py`.

The work is a training loop that logs to NumPy in each step; the time is that of the processor, the
least of several rounds, observed and unobserved in turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn

from detachlint.harness.observer import Observer

ROUNDS, STEPS = 7, 200


def training(width: int) -> Callable[[int], None]:
    """A loop over that many steps, each with four crossings."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    batch, target = torch.randn(32, width), torch.randn(32, 1)

    def steps(count: int) -> None:
        for _ in range(count):
            optimizer.zero_grad()
            output = model(batch)
            loss = nn.functional.mse_loss(output, target)
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for tensor in (loss, output, model[0].weight, batch):
                    tensor.numpy().mean()

    return steps


def seconds(
    work: Callable[[int], None], steps: int, watch: AbstractContextManager[object]
) -> float:
    """Processor time of so many steps while being watched."""
    with watch:
        started = time.process_time()
        work(steps)
        return time.process_time() - started


def measure(width: int, rounds: int = ROUNDS, steps: int = STEPS) -> tuple[float, float]:
    """Seconds that a step takes, unobserved and observed."""
    work = training(width)
    work(1)
    plain, observed = [], []
    for _ in range(rounds):
        plain.append(seconds(work, steps, nullcontext()))
        observed.append(seconds(work, steps, Observer(lambda name: name == __file__)))
    return min(plain) / steps, min(observed) / steps


if __name__ == "__main__":
    torch.set_num_threads(1)
    print("width  step unobserved  observed  overhead  per crossing")
    for width in (64, 256, 1024):
        plain, observed = measure(width)
        each = (observed - plain) / 4
        print(
            f"{width:5}  {plain * 1e6:11.0f} µs {observed * 1e6:7.0f} µs"
            f"  {observed / plain - 1:7.1%}  {each * 1e6:9.1f} µs"
        )
