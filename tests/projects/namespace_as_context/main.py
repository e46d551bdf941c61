import argparse

import torch
from torch import nn

import stages


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=3)
    parser.add_argument("--lr", type=float, default=0.1)
    args = parser.parse_args()
    torch.manual_seed(0)
    args.model = nn.Linear(args.width, 1)
    args.optimizer = torch.optim.SGD(args.model.parameters(), lr=args.lr)
    args.data = torch.randn(4, args.width)
    for stage in (stages.prepare, stages.fit, stages.report, stages.finish):
        stage(args)


if __name__ == "__main__":
    main()
