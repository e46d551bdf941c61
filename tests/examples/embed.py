import numpy as np
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))

    def forward(self, batch):
        return self.layers(batch)


def embed(model, batch):
    model.eval()
    return model(batch).cpu().numpy()


def drift(steps):
    model, batch = Encoder(), torch.randn(16, 4)
    with torch.no_grad():
        before = embed(model, batch)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        model(batch).square().mean().backward()
        optimizer.step()
    after = embed(model, batch)
    return np.abs(after - before).max()


print(drift(steps=10))
