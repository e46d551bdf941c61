"""Arrays for the figures of the paper."""

import torch


def latent_scatter(model, loader):
    model.eval()
    points, labels = [], []
    for x, y in loader:
        mu, _ = model.encode(x)
        points.append(mu)
        labels.append(y)
    return torch.cat(points).numpy(), torch.cat(labels).numpy()


def manifold(model, side=3):
    axis = torch.linspace(-2, 2, side)
    grid = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        images = torch.sigmoid(model.decoder(grid))
    return images.view(side, side, -1).numpy()


def reconstructions(model, x):
    recon, _, _ = model(x)
    pairs = torch.stack([x, torch.sigmoid(recon.detach())], dim=1)
    return pairs.numpy()


def interpolation(model, first, second, steps=3):
    (start, _), (end, _) = model.encode(first), model.encode(second)
    weights = torch.linspace(0, 1, steps)
    return [model.decoder(torch.lerp(start, end, w)).sigmoid().numpy() for w in weights]
