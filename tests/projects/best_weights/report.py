import torch


def norms(tensors):
    return {name: float(value.norm()) for name, value in tensors.items()}


def flatten(tensors):
    return torch.cat([value.reshape(-1) for value in tensors.values()])


def largest(tensors):
    name = max(tensors, key=lambda n: tensors[n].abs().max().item())
    return name, tensors[name]
