import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(3, 1)

    def forward(self, items):
        return self.score(items).squeeze(-1)


def train(model):
    items = torch.randn(4, 3)
    loss = -model(items).log_softmax(0)[0]
    loss.backward()
    return loss.item()


@torch.no_grad()
def evaluate(model):
    return model(torch.randn(4, 3)).numpy()
