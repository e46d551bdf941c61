import torch

from network import Gated
from wrappers import Parallel, Rounded, unwrap


def main():
    torch.manual_seed(0)
    model, inputs = Parallel(Gated()), torch.rand(2, 3)
    model(inputs, gated=True).sum().backward()
    print(Rounded(model)(inputs).numpy().shape)
    print(unwrap(model).gate.weight.grad.numpy().shape)
    print(model(inputs, gated=False).numpy().shape)
    print(model.module.value.weight.numpy().shape)
    print(unwrap(Rounded(model)).gate.bias.numpy().shape)


if __name__ == "__main__":
    main()
