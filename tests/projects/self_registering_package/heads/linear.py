from torch import nn

from . import register


@register("linear")
class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 1)

    def forward(self, features):
        return self.layer(features)
