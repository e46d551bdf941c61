import numpy as np


def rmse(prediction, target):
    error = np.asarray(prediction) - np.asarray(target)
    return float(np.sqrt((error**2).mean()))


def accuracy(logits, labels):
    return float((np.asarray(logits.argmax(-1)) == np.asarray(labels)).mean())


def quantiles(values):
    return np.quantile(np.array(values), [0.25, 0.5, 0.75])
