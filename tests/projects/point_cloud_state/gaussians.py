from dataclasses import dataclass, field

import torch
from torch import nn


@dataclass
class Scene:
    means: nn.Parameter
    opacities: nn.Parameter
    scales: nn.Parameter
    background: torch.Tensor
    counts: torch.Tensor = field(default_factory=lambda: torch.zeros(1))


def make_scene(count, background):
    return Scene(
        means=nn.Parameter(torch.randn(count, 3)),
        opacities=nn.Parameter(torch.zeros(count)),
        scales=nn.Parameter(torch.zeros(count)),
        background=background,
    )


def export_scene(scene):
    return {
        "xyz": scene.means.detach().numpy(),
        "opacity": scene.opacities.numpy(),
        "scale": scene.scales.data.numpy(),
        "background": scene.background.numpy(),
        "counts": scene.counts.numpy(),
        "extent": (scene.means.max(0).values - scene.means.min(0).values).numpy(),
    }
