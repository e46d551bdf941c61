import torch
from torch import nn
from torch.distributions import Bernoulli

from memory import Memory


def episode(policy, steps):
    memory, observation = Memory(), torch.zeros(2)
    for _ in range(steps):
        distribution = Bernoulli(logits=policy(observation).squeeze())
        action = distribution.sample()
        memory.add(observation, distribution.log_prob(action), action * 0.5)
        observation = torch.stack([action, observation[0]])
    return memory


def main():
    torch.manual_seed(0)
    policy = nn.Linear(2, 1)
    memory = episode(policy, steps=3)
    observations, log_probs, rewards = memory.unzip()
    loss = -(torch.stack(log_probs) * torch.stack(rewards)).sum()
    loss.backward()
    print(torch.stack(observations).numpy().shape, torch.stack(rewards).numpy().sum())
    print([reward.numpy() for reward in memory.rewards()], observations[0].numpy())
    print(torch.stack(log_probs).detach().numpy().shape)
    print(torch.stack(log_probs).numpy().shape)
    print([log_prob.numpy() for log_prob in log_probs])


if __name__ == "__main__":
    main()
