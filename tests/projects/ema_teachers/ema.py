import copy

import torch


class ModelEMA:
    def __init__(self, model, decay=0.9):
        self.module = copy.deepcopy(model)
        self.module.eval()
        self.decay = decay
        for p in self.module.parameters():
            p.requires_grad_(False)

    def _update(self, model, update_fn):
        with torch.no_grad():
            current = model.state_dict()
            for name, ema_v in self.module.state_dict().items():
                ema_v.copy_(update_fn(ema_v, current[name]))

    def update(self, model):
        self._update(model, update_fn=lambda e, m: self.decay * e + (1.0 - self.decay) * m)

    def set(self, model):
        self._update(model, update_fn=lambda e, m: m)


class LiveCopy:
    """A copy that nobody has frozen."""

    def __init__(self, model):
        self.module = copy.deepcopy(model).eval()

    def set(self, model):
        self.module.load_state_dict(model.state_dict())
