import torch
from torch import nn

from .base import Predictor


class NeuralPredictor(Predictor):
    def __init__(self, width):
        self.net = nn.Sequential(nn.Linear(width, 4), nn.ReLU(), nn.Linear(4, 1))

    def forward(self, features):
        return self.net(features).squeeze(-1)

    @torch.no_grad()
    def _quiet(self, features):
        return super()._quiet(features)


class BayesianPredictor(NeuralPredictor):
    """Averages over dropout masks."""

    def __init__(self, width, samples=3):
        super().__init__(width)
        self.samples = samples
        self.net = nn.Sequential(self.net, nn.Dropout(0.1))

    def forward(self, features):
        draws = [super(BayesianPredictor, self).forward(features) for _ in range(self.samples)]
        return torch.stack(draws).mean(0)
