import copy

import torch
from torch import nn


class Learner:
    def __init__(self, states, actions, discount=0.9):
        self.online = nn.Sequential(nn.Linear(states, 8), nn.ReLU(), nn.Linear(8, actions))
        self.target = copy.deepcopy(self.online)
        self.optimizer = torch.optim.RMSprop(self.online.parameters(), lr=1e-3)
        self.discount = discount

    def td_error(self, state, action, reward, next_state):
        value = self.online(state)[..., action]
        with torch.no_grad():
            best = self.target(next_state).max(-1).values
        return (reward + self.discount * best - value).abs()

    def learn(self, batch):
        values = self.online(batch.state).gather(1, batch.action.unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            best = self.target(batch.next_state).max(1).values
            wanted = batch.reward + self.discount * best
        loss = nn.functional.smooth_l1_loss(values, wanted)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return values.mean(), wanted.mean()

    def greedy(self, state):
        return self.online(state).argmax(-1).numpy()
