from __future__ import annotations

from dataclasses import dataclass

import torch

from interfaces import Strategy


@dataclass
class Pipeline:
    model: torch.nn.Module
    strategy: Strategy

    def run(self, x: torch.Tensor):
        assert isinstance(self.strategy, Strategy)
        logits = self.model(x)
        return self.strategy.name, self.strategy.select(logits).numpy()
