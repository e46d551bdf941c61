import numpy as np
import torch


def split(count, folds):
    indices = torch.randperm(count)
    for part in indices.chunk(folds):
        mask = torch.ones(count, dtype=torch.bool)
        mask[part] = False
        yield mask.nonzero().squeeze(1), part


def run_fold(build, data, train_index, test_index, epochs=2):
    x, y = data
    model = build()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = (model(x[train_index]) - y[train_index]).pow(2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss)
    with torch.no_grad():
        test = (model(x[test_index]) - y[test_index]).pow(2).mean()
    return {"train": losses, "test": test, "epochs": epochs, "model": model}


def cross_validate(build, data, folds=2):
    return [run_fold(build, data, *parts) for parts in split(len(data[0]), folds)]


def mean_of(results, key):
    return np.mean([result[key] for result in results])


def curves(results):
    return np.array([[loss.item() for loss in result["train"]] for result in results])


def last_losses(results):
    return np.asarray([result["train"][-1] for result in results])
