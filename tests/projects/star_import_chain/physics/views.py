import torch

__all__ = ["energy_of", "positions_of", "to_pixels"]


def positions_of(positions):
    return [position.numpy() for position in positions]


def energy_of(spring, positions):
    with torch.no_grad():
        energies = 0.5 * spring.stiffness * positions.square().sum(-1)
    return energies.numpy()


def to_pixels(positions):
    return (positions * 100).round().numpy()
