from torch import nn

LAYERS = {
    "linear": nn.Linear,
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "dropout": nn.Dropout,
    "flatten": nn.Flatten,
}


def build(spec):
    """A `Sequential` from a list like [["linear", 4, 8], ["relu"]]."""
    layers = []
    for name, *arguments in spec:
        layers.append(LAYERS[name](*arguments))
    return nn.Sequential(*layers)
