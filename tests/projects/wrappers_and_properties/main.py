import torch
from torch import nn

from wrappers import Normalised, QuietModel, Temperature


def main():
    torch.manual_seed(0)
    inputs = torch.randn(4, 3)
    net = nn.Linear(3, 2)
    net(inputs).sum().backward()

    normalised = Normalised(net, mean=inputs.mean(0))
    print(normalised(inputs).numpy().shape)
    print(normalised.weight.numpy().shape)
    print(normalised.offset.numpy())

    quiet = QuietModel(net)
    print(quiet(inputs).numpy().shape)
    print(quiet.bias.numpy().shape)

    scaled = Temperature(net)
    print(scaled.temperature.numpy(), scaled.inverse.detach().numpy())
    print(scaled.classes(inputs).numpy())


if __name__ == "__main__":
    main()
