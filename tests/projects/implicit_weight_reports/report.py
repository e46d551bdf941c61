import numpy as np


def sparsity(weight):
    return np.count_nonzero(np.asarray(weight) == 0) / weight.numel()


def spectrum(weight):
    return np.linalg.svd(weight, compute_uv=False)


def checkpoint_norms(state):
    return {name: float(np.linalg.norm(value)) for name, value in state.items()}
