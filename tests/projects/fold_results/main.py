import numpy as np
import torch
from torch import nn

from folds import cross_validate, curves, last_losses, mean_of


def build():
    return nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))


def main():
    torch.manual_seed(0)
    data = torch.randn(8, 2), torch.randn(8, 1)
    results = cross_validate(build, data)
    print(mean_of(results, "test"), mean_of(results, "epochs"))
    print(curves(results).mean(0))
    print(last_losses(results))
    predictions = np.stack([r["model"](data[0]).detach() for r in results])
    print(predictions.shape)
    final = np.concatenate([r["model"](data[0]) for r in results])
    print(final.shape)


if __name__ == "__main__":
    main()
