import torch
from torch import nn


class Encoder(nn.Linear):
    def __init__(self):
        super().__init__(4, 2, bias=False)


def codes(encoder, rows):
    return torch.sign(encoder(rows)).numpy()


@torch.no_grad()
def quiet_codes(encoder, rows):
    return torch.sign(encoder(rows)).numpy()
