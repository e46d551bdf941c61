import copy

import torch


class EMA:
    """An exponential moving average of a model's weights."""

    def __init__(self, model, decay=0.9):
        self.model = copy.deepcopy(model)
        self.model.requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, model):
        for average, current in zip(self.model.parameters(), model.parameters(), strict=True):
            average.lerp_(current, 1 - self.decay)

    def __call__(self, *inputs):
        return self.model(*inputs)


class ShadowWeights:
    """The same by name, kept beside the model."""

    def __init__(self, model, decay=0.9):
        self.decay = decay
        self.shadow = {name: p.detach().clone() for name, p in model.named_parameters()}

    def update(self, model):
        for name, parameter in model.named_parameters():
            kept = self.shadow[name]
            self.shadow[name] = self.decay * kept + (1 - self.decay) * parameter

    def update_quietly(self, model):
        for name, parameter in model.named_parameters():
            self.shadow[name] = self.shadow[name].lerp(parameter.data, 1 - self.decay)
