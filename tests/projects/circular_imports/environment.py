import torch

import agent

MOVES = [torch.tensor([0, 1]), torch.tensor([1, 0]), torch.tensor([0, -1]), torch.tensor([-1, 0])]


class GridWorld:
    def __init__(self, size):
        self.size = size
        self.counts = torch.zeros(size, size)

    def cells(self):
        axis = torch.arange(self.size)
        return torch.cartesian_prod(axis, axis)

    def episode(self, player, steps):
        if not isinstance(player, agent.Agent):
            raise TypeError("only agents play")
        position = torch.zeros(2, dtype=torch.long)
        for _ in range(steps):
            position = (position + player.act(position)).clamp(0, self.size - 1)
            self.counts[position[0], position[1]] += 1

    def visits(self):
        return self.counts.numpy()


def as_grid(values, size):
    return values.reshape(size, size).numpy()
