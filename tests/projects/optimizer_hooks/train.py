import torch
from torch import nn

from optimizers import SignSGD, WeightLog


def train(model, optimizer, steps=2):
    for _ in range(steps):
        loss = model(torch.randn(4, 2)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def main():
    torch.manual_seed(0)
    model, log = nn.Linear(2, 1), WeightLog()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    log.attach(optimizer)
    train(model, optimizer)
    print(len(log.norm_arrays()), len(log.gradient_arrays()), log.last_snapshot().shape)
    momentum = optimizer.state[model.weight]["momentum_buffer"]
    print(momentum.numpy().shape)
    signed = SignSGD(model.parameters())
    train(model, signed)
    print(len(signed.moves))


if __name__ == "__main__":
    main()
