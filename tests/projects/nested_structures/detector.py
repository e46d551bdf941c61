import torch
from torch import nn


class PyramidDetector(nn.Module):
    def __init__(self, levels=2):
        super().__init__()
        self.levels = nn.ModuleList(nn.Conv2d(1, 2, 3, padding=1) for _ in range(levels))

    def forward(self, images):
        maps = [level(images) for level in self.levels]
        scores = torch.stack([m.mean(dim=(1, 2, 3)) for m in maps])
        return {"maps": maps, "scores": (scores, scores.argmax(0)), "count": len(images)}
