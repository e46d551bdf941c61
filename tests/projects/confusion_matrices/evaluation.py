import numpy as np
import torch


def confusion_matrix(model, loader, classes):
    matrix = np.zeros((classes, classes), dtype=int)
    for inputs, labels in loader:
        predicted = model(inputs).argmax(dim=1)
        for truth, guess in zip(labels.numpy(), predicted.numpy(), strict=True):
            matrix[truth, guess] += 1
    return matrix


def roc_points(model, loader, positive=1):
    scores, truths = [], []
    for inputs, labels in loader:
        probabilities = torch.softmax(model(inputs), dim=1)
        scores.extend(probabilities[:, positive].numpy())
        truths.extend((labels == positive).numpy())
    order = np.argsort(scores)[::-1]
    return np.cumsum(np.array(truths)[order])


def top_k(model, loader, k=2):
    hits = 0
    for inputs, labels in loader:
        _, indices = model(inputs).topk(k)
        hits += (indices == labels[:, None]).any(1).numpy().sum()
    return hits


def hardest(model, loader):
    """The sample with the highest loss of each batch, with that loss."""
    found = []
    for inputs, labels in loader:
        losses = torch.nn.functional.cross_entropy(model(inputs), labels, reduction="none")
        worst, index = losses.max(0)
        found.append((inputs[index].numpy(), index.numpy(), worst.numpy()))
    return found
