import torch

from pooling import Pooler, Pooling


def pooled(kind, states):
    return Pooler(kind, states.shape[-1])(states)


def main():
    torch.manual_seed(0)
    states = torch.randn(2, 3, 4)
    print(pooled(Pooling.MEAN, states).numpy().shape)
    print(pooled(Pooling.FIRST, states).numpy().shape)
    print(pooled(Pooling.LENGTH, states).numpy())
    print(pooled(Pooling.ATTENTION, states).numpy().shape)


if __name__ == "__main__":
    main()
