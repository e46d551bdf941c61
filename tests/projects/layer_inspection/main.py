import torch
from torch import nn

from inspection import (
    first_and_last,
    gradients,
    initialise,
    largest_weights,
    running_statistics,
    weight_histograms,
)


def main():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))
    model.apply(initialise)
    model(torch.randn(5, 3)).square().sum().backward()
    print(len(running_statistics(model)), len(weight_histograms(model)), len(gradients(model)))
    print(len(largest_weights(model)))
    print(first_and_last(model)[1])


if __name__ == "__main__":
    main()
