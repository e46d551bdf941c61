from __future__ import annotations

import torch
from torch import nn

import environment


class Agent:
    def __init__(self, world: environment.GridWorld):
        self.world = world
        self.critic = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))

    def act(self, position):
        return environment.MOVES[int(torch.randint(len(environment.MOVES), ()))]

    def value_of(self, position):
        return self.critic(position.float()).squeeze(-1)

    def value_map(self):
        return environment.as_grid(self.value_of(self.world.cells()), self.world.size)
