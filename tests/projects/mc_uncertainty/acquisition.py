import torch


def bald(draws):
    return -(draws * draws.log()).sum(-1)


def rank(scores, k):
    order = scores.argsort(descending=True)[:k]
    return order.numpy()


def top_scores(scores, k):
    values, indices = torch.topk(scores, k)
    return dict(zip(indices.tolist(), values.numpy(), strict=True))
