import dataclasses
from collections import namedtuple
from dataclasses import dataclass, field

import torch

Losses = namedtuple("Losses", ["total", "reconstruction", "kl"])


@dataclass
class Output:
    logits: torch.Tensor
    hidden: torch.Tensor
    loss: "torch.Tensor | None" = None
    extras: dict = field(default_factory=dict)

    def detach(self):
        changes = {
            f.name: getattr(self, f.name).detach()
            for f in dataclasses.fields(self)
            if torch.is_tensor(getattr(self, f.name))
        }
        return dataclasses.replace(self, **changes)

    def cpu(self):
        return dataclasses.replace(self, logits=self.logits.cpu(), hidden=self.hidden.cpu())

    @property
    def predictions(self):
        return self.logits.argmax(-1)

    def __getitem__(self, name):
        return getattr(self, name)

    def items(self):
        for f in dataclasses.fields(self):
            yield f.name, getattr(self, f.name)
