import torch
from torch import nn


class Generator(nn.Module):
    def __init__(self, noise=3, outputs=4):
        super().__init__()
        self.noise = noise
        self.net = nn.Sequential(nn.Linear(noise, 8), nn.LeakyReLU(0.2), nn.Linear(8, outputs))

    def forward(self, z):
        return torch.tanh(self.net(z))

    def draw(self, count):
        return self(torch.randn(count, self.noise))


class Discriminator(nn.Module):
    def __init__(self, inputs=4):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(inputs, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))

    def forward(self, x):
        return self.net(x).squeeze(-1)
