import operator
from functools import reduce
from itertools import accumulate, chain, islice, zip_longest

import torch


def total(losses):
    return reduce(operator.add, losses)


def running(losses):
    return list(accumulate(losses, lambda a, b: 0.5 * a + 0.5 * b))


def flat(*groups):
    return list(chain.from_iterable(groups))


def best(losses, names):
    return min(zip(losses, names, strict=True), key=lambda pair: pair[0].item())


def columns(rows):
    return [torch.stack(column) for column in zip(*rows, strict=True)]


def padded(first, second):
    return list(zip_longest(first, second, fillvalue=torch.zeros(())))


def head(items, count):
    return list(islice(items, count))
