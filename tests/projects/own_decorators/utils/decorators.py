import functools
import time

import torch


def inference(function):
    """Run a function in evaluation fashion: no autograd history is kept."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        with torch.no_grad():
            return function(*args, **kwargs)

    return wrapper


def logged(label):
    """Print how long each call takes."""

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            started = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                print(label, time.perf_counter() - started >= 0)

        return wrapper

    return decorate
