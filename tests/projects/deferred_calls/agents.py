import torch
from torch import nn


class Agent:
    """Learns one step at a time; remembers what each has cost."""

    def __init__(self):
        self.policy = nn.Linear(2, 1)
        self.optimizer = torch.optim.SGD(self.policy.parameters(), lr=0.1)
        self.costs = []

    def learn(self):
        loss = self.policy(torch.ones(3, 2)).pow(2).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.costs.append(loss)

    def last_cost(self):
        return self.costs[-1].numpy()


class CarefulAgent(Agent):
    """Remembers numbers only."""

    def learn(self):
        super().learn()
        self.costs[-1] = self.costs[-1].detach()

    def final_cost(self):
        return self.costs[-1].numpy()
