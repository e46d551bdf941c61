import torch
from torch import nn

from report import checkpoint_norms, sparsity, spectrum


def main():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    print(sorted(checkpoint_norms(model.state_dict())))
    print(sparsity(model[0].weight.detach()))
    print(spectrum(model[0].weight))


if __name__ == "__main__":
    main()
