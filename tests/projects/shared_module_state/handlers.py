import torch

import shared


def predict(values):
    output = shared.model(torch.tensor(values))
    shared.remember(output)
    return output.argmax(-1).numpy()


def explain():
    return shared.last_output.softmax(-1).numpy()


def compare():
    distance = (shared.last_output.detach() - shared.reference).norm()
    return distance.numpy(), shared.reference.numpy()


HANDLERS = {"predict": predict, "explain": explain, "compare": compare}
