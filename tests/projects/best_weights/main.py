import torch
from torch import nn

from report import flatten, largest
from snapshots import Snapshots


def main():
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    keeper = Snapshots(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    before = keeper.state()
    for _ in range(3):
        loss = model(torch.randn(4, 2)).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        score = keeper.consider(loss)
    print(flatten(keeper.state()).numpy(), flatten(keeper.best).numpy())
    print(flatten(keeper.difference(before)).numpy())
    print(flatten(keeper.named()).numpy())
    name, value = largest(keeper.named())
    print(name, value.numpy())
    name, value = largest(keeper.best)
    print(name, value.numpy())
    print(score.numpy())
    for name, value in keeper.drift().items():
        print(name, value.numpy())


if __name__ == "__main__":
    main()
