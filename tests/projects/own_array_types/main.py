import torch
from torch import nn

from labelled import Labelled, Raw


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.amplitude = nn.Parameter(torch.ones(2, 3))

    def forward(self, kind=Labelled):
        return kind(self.amplitude * 2, ["row", "column"])


def main():
    field = Field()
    print(field().mean("row").values.detach().numpy())
    print(field().numpy().shape)
    print(field().mean("column").values.numpy())
    print(Raw(torch.ones(2), ["x"]).numpy())
    print(field(kind=Raw).numpy().shape)


if __name__ == "__main__":
    main()
