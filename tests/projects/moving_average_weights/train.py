import torch
from torch import nn

from ema import EMA, ShadowWeights


def main():
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    ema, quiet, shadow = EMA(model), ShadowWeights(model), ShadowWeights(model)
    inputs, targets = torch.randn(4, 3), torch.randn(4, 1)
    for _ in range(2):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(inputs), targets).backward()
        optimizer.step()
        ema.update(model)
        quiet.update_quietly(model)
        shadow.update(model)
    print("ema", ema(inputs).numpy().mean(), ema.model.weight.numpy())
    print("live", model(inputs).numpy().mean())
    print("quiet", quiet.shadow["weight"].numpy())
    print("shadow", shadow.shadow["weight"].numpy())


if __name__ == "__main__":
    main()
