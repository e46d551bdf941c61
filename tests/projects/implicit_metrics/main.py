import numpy as np
import torch
from torch import nn

from metrics import accuracy, quantiles, rmse


def main():
    torch.manual_seed(0)
    inputs, targets = torch.randn(6, 3), torch.randn(6, 1)
    model, classifier = nn.Linear(3, 1), nn.Linear(3, 2)
    with torch.no_grad():
        quiet = model(inputs)
    print(quantiles(targets.squeeze(1)))
    print(accuracy(classifier(inputs), torch.randint(2, (6,))))
    print(rmse(model(inputs), targets))
    print(np.abs(quiet).sum(), np.exp(classifier.bias.detach()).shape)


if __name__ == "__main__":
    main()
