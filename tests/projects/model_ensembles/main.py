import torch
from torch import nn

from acquisition import best_candidate, best_of_frozen, optimise_candidate
from ensemble import Ensemble, FrozenEnsemble


def member():
    return nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))


def main():
    torch.manual_seed(0)
    candidates = torch.rand(5, 2)
    ensemble = Ensemble([member() for _ in range(3)])
    ensemble(candidates).square().mean().backward()
    print(best_candidate(ensemble, candidates))

    frozen = FrozenEnsemble([member() for _ in range(2)])
    print(best_of_frozen(frozen, candidates))
    found = optimise_candidate(frozen, candidates[:1])
    print(found.detach().numpy(), found.numpy(), found.grad.numpy())


if __name__ == "__main__":
    main()
