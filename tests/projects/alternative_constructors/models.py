import torch
from torch import nn


class Embedding2D:
    """Points in the plane, learnt or given."""

    def __init__(self, points, labels=None):
        self.points = points
        self.labels = labels

    @classmethod
    def random(cls, count, **options):
        return cls(torch.randn(count, 2), **options)

    @classmethod
    def trainable(cls, count, **options):
        return cls(nn.Parameter(torch.randn(count, 2)), **options)

    @classmethod
    def from_config(cls, config):
        maker = {"random": cls.random, "trainable": cls.trainable}[config["kind"]]
        return maker(config["count"])

    @staticmethod
    def distance(first, second):
        return torch.cdist(first.points, second.points)

    def centred(self):
        return type(self)(self.points - self.points.mean(0), self.labels)

    def frozen(self):
        return type(self)(self.points.detach(), self.labels)

    def to_array(self):
        return self.points.numpy()


class LabelledEmbedding(Embedding2D):
    def __init__(self, points, labels=None):
        super().__init__(points, labels if labels is not None else torch.arange(len(points)))

    def label_array(self):
        return self.labels.numpy()


class LearntEmbedding(Embedding2D):
    def to_array(self):
        return super().centred().points.numpy()
