import torch
from torch import nn


class Spring(nn.Module):
    def __init__(self, stiffness):
        super().__init__()
        self.stiffness = nn.Parameter(torch.tensor(stiffness))

    def forward(self, position):
        return -self.stiffness * position


def trajectory(spring, start, steps, dt=0.1):
    position, velocity, positions = start, torch.zeros_like(start), []
    for _ in range(steps):
        velocity = velocity + dt * spring(position)
        position = position + dt * velocity
        positions.append(position)
    return torch.stack(positions)
