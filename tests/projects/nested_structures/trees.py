"""Functions over nested dictionaries, lists and tuples with tensors as leaves."""

import torch


def map_tree(function, tree):
    if isinstance(tree, torch.Tensor):
        return function(tree)
    if isinstance(tree, dict):
        return {key: map_tree(function, value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(map_tree(function, item) for item in tree)
    return tree


def detach_tree(tree):
    return map_tree(lambda tensor: tensor.detach(), tree)


def leaves(tree):
    if isinstance(tree, torch.Tensor):
        yield tree
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from leaves(value)
    elif isinstance(tree, (list, tuple)):
        for item in tree:
            yield from leaves(item)
