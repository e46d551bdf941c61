import torch
from torch import nn

from curves import Curve, smoothed


def fit(model, steps=4):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses, values = [], []
    for _ in range(steps):
        loss = model(torch.randn(4, 2)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss)
        values.append(loss.item())
    return losses, values


def main():
    torch.manual_seed(0)
    losses, values = fit(nn.Linear(2, 1))
    print(smoothed(values, width=2))
    print(Curve("plain").extend(values).total())
    print(Curve("losses").extend(losses).last())


if __name__ == "__main__":
    main()
