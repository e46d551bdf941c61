import numpy as np


def weight_bytes(model):
    total = 0
    for item in model.collect_weights():
        tensor = item[1]
        total += tensor.numpy().nbytes
    return total


def buffer_bytes(model):
    return sum(buffer.numpy().nbytes for _, buffer in model.collect_buffers())


def quiet_weight_bytes(model):
    return sum(weight.detach().numpy().nbytes for _, weight in model.collect_weights())


def expected_bytes(model):
    return sum(4 * np.prod(shape) for shape in model.collect_shapes().values())
