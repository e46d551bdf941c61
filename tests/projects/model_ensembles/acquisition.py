import torch


def upper_bound(ensemble, candidates, weight=1.0):
    mean, spread = ensemble.mean_and_spread(candidates)
    return mean + weight * spread


def best_candidate(ensemble, candidates):
    scores = upper_bound(ensemble, candidates).squeeze(-1)
    return candidates[scores.argmax()].numpy(), scores.max().numpy()


def best_of_frozen(ensemble, candidates):
    scores = upper_bound(ensemble, candidates).squeeze(-1)
    return scores.max().numpy()


def optimise_candidate(ensemble, start, steps=2):
    point = start.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([point], lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        upper_bound(ensemble, point).sum().neg().backward()
        optimizer.step()
    return point
