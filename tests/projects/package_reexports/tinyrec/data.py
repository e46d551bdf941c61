import torch

__all__ = ["popularity", "sample_triples"]


def sample_triples(count, users, items, size=4):
    return [
        (
            torch.randint(users, (size,)),
            torch.randint(items, (size,)),
            torch.randint(items, (size,)),
        )
        for _ in range(count)
    ]


def popularity(triples, items):
    liked = torch.cat([triple[1] for triple in triples])
    return torch.bincount(liked, minlength=items).float().div(len(liked)).numpy()
