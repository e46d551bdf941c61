import numpy as np
import torch


def entropy(net, pool, count):
    probabilities = net(pool).softmax(-1)
    scores = -(probabilities * probabilities.log()).sum(-1)
    return np.argsort(scores.numpy())[-count:]


def margin(net, pool, count):
    with torch.no_grad():
        top = net(pool).softmax(-1).topk(2).values
    return np.argsort((top[:, 0] - top[:, 1]).numpy())[:count]


def random(net, pool, count):
    return torch.randperm(len(pool))[:count].numpy()


BY_NAME = {"entropy": entropy, "margin": margin, "random": random}
