import torch
from torch import nn

from engine import evaluate, train_one_epoch


class Criterion(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.weights = weights

    def forward(self, outputs, targets):
        losses = {"l1": (outputs - targets).abs().mean(), "l2": ((outputs - targets) ** 2).mean()}
        return {name: losses[name] * self.weights[name] for name in losses}


def main():
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    loader = [(torch.randn(3, 2), torch.randn(3, 1)) for _ in range(2)]
    criterion = Criterion({"l1": 1.0, "l2": 0.5})
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):
        logger = train_one_epoch(model, criterion, loader, optimizer)
        print(logger.l1.global_avg, logger.reduced.last)
        print(logger.raw.last)
        print(evaluate(model, criterion, loader).raw.last)


if __name__ == "__main__":
    main()
