from functools import partial

import torch
from torch import nn

from scoring import normalise, score, summarise


def main():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    batches = torch.randn(3, 5, 3)

    scored = list(map(partial(score, model), batches))
    print(len(scored), sum(values.max() for values in scored) > -1e9)

    quiet = partial(score, model, detach=True)
    print(max(values.max() for values in map(quiet, batches)) > -1e9)

    print([array.shape for array in map(normalise, batches)])
    outputs = map(model, batches)
    print(summarise(outputs, key=lambda output: output.mean()))
    print(summarise(batches, key=torch.mean))


if __name__ == "__main__":
    main()
