from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor


@dataclass
class LossRecord:
    total: Tensor
    penalty: Tensor
    target_mean: Tensor


class StepOutcome(NamedTuple):
    loss: Tensor
    prediction: Tensor
