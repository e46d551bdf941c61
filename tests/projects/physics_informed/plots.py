import torch

from network import derivative, residual


def residual_curve(model, times):
    return residual(model, times).squeeze(1).numpy()


def velocity_curve(model, times):
    velocity = derivative(model(times), times)
    return velocity.detach().squeeze(1).numpy()


def phase_portrait(model, times):
    with torch.no_grad():
        positions = model(times)
    horizontal = times.squeeze(1)
    return positions.numpy(), horizontal.numpy()
