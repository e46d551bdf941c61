import torch
import torch.nn.functional as F


def weighted(criterion, weight):
    def loss(prediction, target):
        return weight * criterion(prediction, target)

    return loss


def combine(*terms):
    """One loss that also keeps the parts of its last call."""

    def loss(prediction, target):
        parts = [term(prediction, target) for term in terms]
        loss.parts = parts
        return torch.stack(parts).sum()

    loss.parts = []
    return loss


def quiet(criterion):
    def loss(prediction, target):
        with torch.no_grad():
            return criterion(prediction, target)

    return loss


def make_loss(name, **options):
    factories = {
        "mse": lambda: F.mse_loss,
        "huber": lambda: lambda p, t: F.huber_loss(p, t, **options),
        "hits": lambda: lambda p, t: ((p - t).abs() < options["within"]).float().mean(),
    }
    return factories[name]()
