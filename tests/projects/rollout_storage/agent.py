import torch
from torch import nn
from torch.distributions import Categorical


class ActorCritic(nn.Module):
    def __init__(self, size, actions):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(size, 8), nn.Tanh())
        self.pi = nn.Linear(8, actions)
        self.v = nn.Linear(8, 1)

    def act(self, obs, deterministic=False):
        hidden = self.body(obs)
        dist = Categorical(logits=self.pi(hidden))
        action = dist.probs.argmax(-1) if deterministic else dist.sample()
        return self.v(hidden).squeeze(-1), action, dist.log_prob(action)

    def get_value(self, obs):
        return self.v(self.body(obs)).squeeze(-1)


class Env:
    def __init__(self, envs, size):
        self.envs, self.size = envs, size

    def reset(self):
        return torch.zeros(self.envs, self.size)

    def step(self, actions):
        assert actions.max() < 3
        return torch.randn(self.envs, self.size), torch.rand(self.envs)
