import torch
from torch import nn


class Engine:
    """Runs batches through a model and keeps what the last one gave."""

    def __init__(self, model):
        self.model = model
        self.outputs = None
        self.targets = None
        self.scores = None

    def run(self, inputs, targets):
        self.outputs = self.model(inputs)
        self.targets = targets
        self.scores = torch.sigmoid(self.outputs).detach()
        return nn.functional.mse_loss(self.outputs, targets)
