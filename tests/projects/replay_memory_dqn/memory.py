import random
from collections import deque, namedtuple

import torch

Transition = namedtuple("Transition", ["state", "action", "reward", "next_state"])


class ReplayMemory:
    def __init__(self, capacity):
        self.items = deque(maxlen=capacity)
        self.priorities = deque(maxlen=capacity)

    def push(self, *values, priority):
        self.items.append(Transition(*values))
        self.priorities.append(priority)

    def sample(self, size):
        batch = random.sample(list(self.items), size)
        return Transition(*(torch.stack(column) for column in zip(*batch, strict=True)))

    def priority_histogram(self):
        return [priority.numpy() for priority in self.priorities]

    def rewards(self):
        return [transition.reward.numpy() for transition in self.items]
