import torch
from torch import nn
from torch.distributions import Categorical, Independent, Normal


class GaussianPolicy(nn.Module):
    def __init__(self, observations, actions):
        super().__init__()
        self.mean = nn.Linear(observations, actions)
        self.log_std = nn.Parameter(torch.zeros(actions))

    def forward(self, observation):
        return Independent(Normal(self.mean(observation), self.log_std.exp()), 1)


class SquashedPolicy(GaussianPolicy):
    """Actions in [-1, 1], drawn so that gradients pass."""

    def action_and_log_prob(self, observation):
        distribution = self(observation)
        raw = distribution.rsample()
        correction = 2 * (0.6931 - raw - nn.functional.softplus(-2 * raw)).sum(-1)
        return torch.tanh(raw), distribution.log_prob(raw) - correction


class DiscretePolicy(nn.Module):
    def __init__(self, observations, actions):
        super().__init__()
        self.logits = nn.Linear(observations, actions)

    def forward(self, observation):
        return Categorical(logits=self.logits(observation))
