import torch


class RolloutStorage:
    def __init__(self, steps, envs, size):
        self.obs = torch.zeros(steps + 1, envs, size)
        self.rewards = torch.zeros(steps, envs)
        self.values = torch.zeros(steps + 1, envs)
        self.log_probs = torch.zeros(steps, envs)
        self.actions = torch.zeros(steps, envs, dtype=torch.long)
        self.returns = torch.zeros(steps + 1, envs)
        self.step = 0
        self.steps = steps

    def insert(self, obs, action, log_prob, value, reward):
        self.obs[self.step + 1].copy_(obs)
        self.actions[self.step].copy_(action)
        self.log_probs[self.step].copy_(log_prob)
        self.values[self.step].copy_(value)
        self.rewards[self.step].copy_(reward)
        self.step = (self.step + 1) % self.steps

    def compute_returns(self, next_value, gamma):
        self.returns[-1] = next_value
        for step in reversed(range(self.rewards.size(0))):
            self.returns[step] = self.returns[step + 1] * gamma + self.rewards[step]

    def after_update(self):
        self.obs[0].copy_(self.obs[-1])
