from torch import nn


class NumberedNet(nn.Module):
    def __init__(self, widths=(3, 4, 2)):
        super().__init__()
        self.count = len(widths) - 1
        for index in range(self.count):
            setattr(self, f"layer{index}", nn.Linear(widths[index], widths[index + 1]))
        self.add_module("norm", nn.LayerNorm(widths[-1]))

    def layer(self, index):
        return getattr(self, f"layer{index}")

    def forward(self, x):
        outputs = []
        for index in range(self.count):
            x = self.layer(index)(x)
            outputs.append(x)
        return self.norm(x), outputs


class BranchNet(nn.Module):
    def __init__(self, names):
        super().__init__()
        self.branches = nn.ModuleDict({name: nn.Linear(3, 1) for name in names})
        self.names = names

    def forward(self, x):
        return {name: self.branches[name](x) for name in self.names}
