import torch
from torch import nn

import cache

_ENCODER = nn.Linear(3, 2)


def encode(texts):
    lengths = torch.tensor([[len(text), text.count(" "), 1.0] for text in texts])
    cache.remember("lengths", lengths)
    cache.remember("codes", _ENCODER(lengths))
    with torch.no_grad():
        cache.remember("quiet codes", _ENCODER(lengths))


def anchors():
    return cache.recall_or("anchors", lambda: torch.eye(2))
