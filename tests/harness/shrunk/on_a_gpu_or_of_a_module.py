"""What may be on a GPU on one path requires grad on the other: one finding tells of both."""

import torch
from torch import nn

layer = nn.Linear(3, 3)


def crossed(flag):
    try:
        x = torch.ones(3).to("cuda" if torch.cuda.is_available() else "cpu")
        if flag:
            raise ValueError
        x = layer(torch.tensor([1.0, 2.0, 3.0]))
    except ValueError:
        pass
    x.numpy()


crossed(torch.ones(3).mean() < 1.0)
