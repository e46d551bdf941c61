import torch


class Session:
    """Switches autograd off between `start` and `stop`."""

    def __init__(self):
        self.previous = True

    def start(self):
        self.previous = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        return self

    def stop(self):
        torch.set_grad_enabled(self.previous)

    def __enter__(self):
        return self.start()

    def __exit__(self, *details):
        self.stop()


def quietly(function, *args):
    previous = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        return function(*args)
    finally:
        torch.set_grad_enabled(previous)
