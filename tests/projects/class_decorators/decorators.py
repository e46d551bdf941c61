import functools

import torch


class Counted:
    """Counts the calls of a function."""

    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function = function
        self.calls = 0

    def __call__(self, *args, **kwargs):
        self.calls += 1
        return self.function(*args, **kwargs)


class WithMode:
    """`@WithMode(grad=False)`."""

    def __init__(self, grad):
        self.grad = grad

    def __call__(self, function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            with torch.set_grad_enabled(self.grad):
                return function(*args, **kwargs)

        return wrapper


def optional(function=None, *, quiet=True):
    """With or without parentheses."""
    if function is None:
        return functools.partial(optional, quiet=quiet)

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        if not quiet:
            return function(*args, **kwargs)
        with torch.inference_mode():
            return function(*args, **kwargs)

    return wrapper


def as_arrays(function):
    """Converts what a function returns."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return tuple(result.numpy() for result in function(*args, **kwargs))

    return wrapper


def as_detached_arrays(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return tuple(result.detach().numpy() for result in function(*args, **kwargs))

    return wrapper
