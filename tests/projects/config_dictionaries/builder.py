from torch import nn

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}


def build_model(hidden, activation, outputs, inputs=3):
    return nn.Sequential(
        nn.Linear(inputs, hidden), ACTIVATIONS[activation](), nn.Linear(hidden, outputs)
    )


def convert(tensor, as_numpy, detach):
    if detach:
        tensor = tensor.detach()
    if as_numpy:
        return tensor.numpy()
    return tensor
