LOSSES = {}


def loss(function):
    LOSSES[function.__name__] = function
    return function
