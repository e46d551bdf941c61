"""A stack of layers that may be empty: then it gives back what it is given."""

from copy import deepcopy
from itertools import pairwise

from torch import nn


class Stack(nn.Module):
    def __init__(self, size, layers=None, count=1, output_size=5, norm=None, residual=False):
        super().__init__()
        self.size, self.residual = size, residual
        self.norm = nn.LayerNorm(size) if norm == "layer" else None
        if layers is None:
            self.layers = []
            for _ in range(count):
                self.layers.append({})
        else:
            self.layers = deepcopy(layers)
        if len(self.layers) > 0 and "input_size" not in self.layers[0]:
            self.layers[0]["input_size"] = size
        for i, layer in enumerate(self.layers):
            if i != 0:
                layer["input_size"] = self.layers[i - 1]["output_size"]
            if "output_size" not in layer:
                layer["output_size"] = output_size
        self.stack = nn.ModuleList()
        for layer in self.layers:
            self.stack.append(nn.Linear(layer["input_size"], layer["output_size"]))

    def forward(self, x):
        hidden = x if self.norm is None else self.norm(x)
        for layer in self.stack:
            out = layer(hidden)
            same = self.residual and layer.out_features == layer.in_features
            hidden = hidden + out if same else out
        return hidden


def sequence(sizes):
    return nn.Sequential(*[nn.Linear(a, b) for a, b in pairwise(sizes)])
