import torch
from torch import nn
from torch.distributions import Categorical

from buffer import RolloutBuffer


class ActorCritic(nn.Module):
    def __init__(self, observations, actions):
        super().__init__()
        self.body = nn.Linear(observations, 8)
        self.actor = nn.Linear(8, actions)
        self.critic = nn.Linear(8, 1)

    def forward(self, observation):
        hidden = torch.tanh(self.body(observation))
        return Categorical(logits=self.actor(hidden)), self.critic(hidden).squeeze(-1)


class Agent:
    def __init__(self, observations, actions):
        self.net = ActorCritic(observations, actions)
        self.buffer = RolloutBuffer()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=1e-2)

    def act(self, observation):
        distribution, value = self.net(torch.as_tensor(observation))
        action = distribution.sample()
        self.buffer.add(action=action, log_prob=distribution.log_prob(action), value=value.detach())
        return action.numpy()

    def update(self, rewards):
        returns = torch.tensor(rewards).flip(0).cumsum(0).flip(0)
        log_probs = torch.stack(self.buffer.log_probs)
        advantages = returns - torch.stack(self.buffer.values)
        loss = -(log_probs * advantages).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()
