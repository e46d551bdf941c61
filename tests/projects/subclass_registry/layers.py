import torch
from torch import nn


class Embedder:
    """Subclasses are found by their `key`."""

    known = {}
    key = ""

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        Embedder.known[cls.key] = cls

    @classmethod
    def create(cls, key, *args):
        return cls.known[key](*args)

    def embed(self, tokens):
        raise NotImplementedError


class LearntEmbedder(Embedder):
    key = "learnt"

    def __init__(self, size):
        self.table = nn.Embedding(size, 3)

    def embed(self, tokens):
        return self.table(tokens)


class OneHotEmbedder(Embedder):
    key = "onehot"

    def __init__(self, size):
        self.size = size

    def embed(self, tokens):
        return torch.nn.functional.one_hot(tokens, self.size).float()


class FixedEmbedder(LearntEmbedder):
    key = "fixed"

    def __init__(self, size):
        super().__init__(size)
        self.table.weight.requires_grad_(False)
