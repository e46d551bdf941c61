from torch import nn


class MLP(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.first = nn.Linear(inputs, 8)
        self.second = nn.Linear(8, outputs)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        return self.second(self.dropout(self.first(x).relu()))
