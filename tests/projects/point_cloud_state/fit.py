"""Fits a handful of 3-D Gaussians to points and writes them to a PLY-like dictionary."""

import torch

from gaussians import export_scene, make_scene


def render(scene, points):
    squared = (points[:, None] - scene.means[None]).pow(2).sum(-1)
    weights = torch.sigmoid(scene.opacities)
    return (weights * torch.exp(-squared / scene.scales.exp())).sum(-1)


def main():
    torch.manual_seed(0)
    points = torch.randn(16, 3)
    scene = make_scene(count=4, background=torch.zeros(3))
    optimizer = torch.optim.Adam([scene.means, scene.opacities, scene.scales], lr=0.01)
    for _ in range(3):
        optimizer.zero_grad()
        loss = (1 - render(scene, points)).pow(2).mean()
        loss.backward()
        optimizer.step()
    print(sorted(export_scene(scene)))


if __name__ == "__main__":
    main()
