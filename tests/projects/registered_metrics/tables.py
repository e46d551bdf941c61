from dataclasses import dataclass
from functools import singledispatch

import torch


@dataclass
class Prediction:
    values: torch.Tensor
    weight: torch.Tensor


@singledispatch
def to_row(value):
    return value


@to_row.register
def _tensor(value: torch.Tensor):
    return value.detach().numpy().tolist()


@to_row.register(list)
@to_row.register(tuple)
def _items(value):
    return [to_row(item) for item in value]


@to_row.register
def _prediction(value: Prediction):
    return value.values.numpy().mean(), value.weight.numpy().mean()
