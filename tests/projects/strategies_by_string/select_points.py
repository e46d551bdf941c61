"""Active learning: which points shall be labelled next."""

import argparse
import importlib

import torch
from torch import nn

import strategies


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 3)

    def forward(self, x):
        return self.fc(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--strategy", default="random", choices=["entropy", "random", "margin"])
    parser.add_argument("--count", type=int, default=2)
    options = parser.parse_args()
    torch.manual_seed(0)
    net, pool = Net(), torch.randn(10, 2)

    strategy = strategies.BY_NAME[options.strategy]
    print(strategy(net, pool, options.count))

    baseline = getattr(strategies, "random")  # noqa: B009
    print(baseline(net, pool, options.count))

    distances = importlib.import_module("distances")
    print(distances.to_nearest(pool, pool[:2]))
    print(distances.in_feature_space(net, pool))


if __name__ == "__main__":
    main()
