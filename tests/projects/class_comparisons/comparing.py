"""Tools of a test suite: each kind of value is compared in its own way, picked by its class."""

import numpy as np
import torch


def as_list(value):
    if type(value) is np.ndarray:
        return value.tolist()
    return value.numpy().tolist()


def close(actual, expected):
    if type(actual) != type(expected):  # noqa: E721
        raise AssertionError(f"{type(actual)} and {type(expected)}")
    if torch.is_tensor(actual) and torch.is_tensor(expected):
        assert torch.allclose(actual, expected)
    elif type(actual) == np.ndarray and type(expected) == np.ndarray:  # noqa: E721
        np.testing.assert_allclose(actual, expected)
    elif type(actual) in (list, tuple):
        for one, other in zip(actual, expected, strict=True):
            close(one, other)
    elif isinstance(actual, dict):
        assert set(actual) == set(expected)
        for key, value in actual.items():
            close(value, expected[key])
    else:
        assert actual == expected


def predicted(model, x):
    scores = model(x)
    if type(scores) is tuple:
        scores = scores[0]
    return scores.max(1)[1].numpy(), scores.max(1)[-1].cpu().numpy(), scores.max(1)[0]
