import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(3, 2)

    def forward(self, tokens):
        return self.score(tokens)


def train(model):
    tokens, tags = torch.randn(4, 3), torch.tensor([0, 1, 1, 0])
    loss = nn.functional.cross_entropy(model(tokens), tags)
    loss.backward()
    return loss.detach().numpy()


def evaluate(model):
    return model(torch.randn(4, 3)).numpy()
