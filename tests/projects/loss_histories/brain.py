import torch
from torch import nn


class DeepQNetwork:
    """Learns from what `store` was given; keeps what it would plot in the end."""

    def __init__(self, states=2, actions=2):
        self.eval_net = nn.Linear(states, actions)
        self.loss_func = nn.MSELoss()
        self.optimizer = torch.optim.RMSprop(self.eval_net.parameters(), lr=0.01)
        self.transitions = []
        self.cost_his = []
        self.grad_his = []
        self.reward_his = []

    def store(self, state, reward):
        self.transitions.append((state, reward))
        self.reward_his.append(torch.tensor(reward))

    def choose(self, state):
        return self.eval_net(state).max(-1).indices.numpy()

    def learn(self):
        states = torch.stack([state for state, _ in self.transitions])
        rewards = torch.tensor([reward for _, reward in self.transitions])
        loss = self.loss_func(self.eval_net(states).amax(-1), rewards)
        self.optimizer.zero_grad()
        loss.backward()
        self.grad_his.append(self.eval_net.weight.grad.norm())
        self.optimizer.step()
        self.cost_his.append(loss)
