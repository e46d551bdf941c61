from torch import nn


class Combiner(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.ModuleDict({"in": nn.Linear(width, 4), "out": nn.Linear(4, 1)})
        self.scales = nn.ParameterList([nn.Parameter(layer.bias.new_ones(1)) for layer in self])
        self.register_buffer("seen", self.layers["out"].bias.new_zeros(1))

    def __iter__(self):
        return iter(self.layers.values())

    def forward(self, x):
        self.seen += len(x)
        for layer, scale in zip(self, self.scales, strict=True):
            x = layer(x) * scale
        return x


class LudicModel:
    """The public face: users never see the modules."""

    def __init__(self, width):
        self.model = Combiner(width)

    def collect_weights(self, names=None):
        return [
            (name, weight)
            for name, weight in self.model.named_parameters()
            if names is None or name in names
        ]

    def collect_buffers(self):
        return list(self.model.named_buffers())

    def collect_shapes(self):
        return {name: tuple(weight.shape) for name, weight in self.collect_weights()}
