import functools

import torch
import torch.nn.functional as F

from helpers import save_predictions, to_numpy


def no_grad_task(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        with torch.no_grad():
            return function(*args, **kwargs)

    return wrapper


def train(args, model, data):
    optimizer = torch.optim.Adam(model.parameters())
    for x, y in data:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {"loss": to_numpy(loss.detach())}


@no_grad_task
def test(args, model, data):
    outputs = [model(x) for x, _ in data]
    return {"accuracy": save_predictions(torch.cat(outputs), [y for _, y in data])}


def export(args, model, data):
    weights = {name: to_numpy(value) for name, value in model.state_dict().items()}
    weights.update({f"grad_{name}": p.data.numpy() for name, p in model.named_parameters()})
    return {"weights": weights}


def infer(args, model, data):
    model.eval()
    (x, _), *_ = data
    logits, features = model(x, return_features=True)
    return {"label": to_numpy(logits.argmax(1)), "features": features.numpy()}


TASKS = {function.__name__: function for function in (train, test, export, infer)}
