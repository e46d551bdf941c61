"""Trains a linear model and prunes it now and then."""

import numpy as np
import torch
from torch import nn

from utils import hard_threshold, kept_fraction, support


class SparseTrainer:
    def __init__(self, model, keep=0.5):
        self.model = model
        self.keep = keep
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def step(self, inputs, targets):
        loss = nn.functional.mse_loss(self.model(inputs), targets)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def prune(self):
        current = self.model.weight.data
        thresholded = hard_threshold(current, self.keep)
        self.model.weight.data = thresholded.data
        return np.copy(thresholded.numpy()), support(current).numpy()


def main():
    torch.manual_seed(0)
    trainer = SparseTrainer(nn.Linear(4, 1))
    trainer.step(torch.randn(6, 4), torch.randn(6, 1))
    weights, positions = trainer.prune()
    print(weights.shape, positions, kept_fraction(trainer.model.weight.data))


if __name__ == "__main__":
    main()
