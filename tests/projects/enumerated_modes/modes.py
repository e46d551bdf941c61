import enum

import torch


class Mode(enum.Enum):
    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "predict"

    @property
    def uses_grad(self):
        return self is Mode.TRAIN

    def context(self):
        return torch.enable_grad() if self.uses_grad else torch.no_grad()


class Reduction(str, enum.Enum):
    MEAN = "mean"
    SUM = "sum"

    def __call__(self, t):
        return getattr(t, self.value)()
