import torch


class Compose:
    def __init__(self, *steps):
        self.steps = steps

    def __call__(self, value):
        for step in self.steps:
            value = step(value)
        return value


class Standardize:
    def __init__(self, mean, std):
        self.mean, self.std = mean, std

    def __call__(self, value):
        return (value - self.mean) / self.std


class ToNumpy:
    def __call__(self, value):
        return value.cpu().numpy()


class Snapshot(ToNumpy):
    def __call__(self, value):
        return super().__call__(value.detach().clone())


class ToPercent:
    def __call__(self, value):
        return torch.round(100 * value)


class Probability:
    """Ends a pipeline behind a classifier."""

    def __call__(self, logits):
        return torch.softmax(logits, dim=-1).numpy()
