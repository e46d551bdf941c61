from torch import nn


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.value = nn.Linear(3, 2)
        self.gate = nn.Linear(3, 2)

    def forward(self, inputs, gated=True):
        value = self.value(inputs)
        return value * self.gate(inputs).sigmoid() if gated else value
