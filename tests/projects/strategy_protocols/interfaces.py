from typing import Protocol, runtime_checkable

import torch


@runtime_checkable
class Strategy(Protocol):
    name: str

    def select(self, logits: torch.Tensor) -> torch.Tensor: ...
