import torch

from .base import Predictor


class ConstantPredictor(Predictor):
    def __init__(self, value):
        self.value = value

    def forward(self, features):
        return torch.full((len(features),), self.value)
