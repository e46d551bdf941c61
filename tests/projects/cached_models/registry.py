from functools import cache, cached_property, lru_cache

import torch
from torch import nn


@lru_cache(maxsize=4)
def get_encoder(width):
    torch.manual_seed(width)
    return nn.Linear(width, 2).eval()


@cache
def vocabulary_matrix(size):
    return torch.eye(size)


class Index:
    def __init__(self, documents):
        self.documents = documents

    @cached_property
    def vectors(self):
        return get_encoder(self.documents.shape[1])(self.documents)

    @cached_property
    def quiet_vectors(self):
        with torch.no_grad():
            return get_encoder(self.documents.shape[1])(self.documents)

    @cached_property
    def lengths(self):
        return self.documents.norm(dim=1)
