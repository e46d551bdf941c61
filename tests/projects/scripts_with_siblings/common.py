"""Shared by the programs at the top."""

import torch
from torch import nn


def make_model():
    torch.manual_seed(0)
    return nn.Linear(4, 2)


def as_array(tensor):
    return tensor.detach().numpy()
