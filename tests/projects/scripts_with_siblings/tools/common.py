"""Shared by the tools in this folder, which are started as scripts."""

from torch import nn


def make_model():
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))


def as_array(tensor):
    return tensor.cpu().numpy()
