import contextlib

import torch

from config import build_model


class Runner:
    def __init__(self, config):
        self.config = config
        self.model = build_model(config.model)
        optimizer = getattr(torch.optim, config.optim.name)
        self.optimizer = optimizer(self.model.parameters(), **vars(config.optim.kwargs))

    def train_step(self, x, y):
        loss = torch.nn.functional.mse_loss(self.model(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss

    def predict(self, x):
        guard = torch.no_grad() if self.config.eval.no_grad else contextlib.nullcontext()
        with guard:
            return self.model(x)

    def predict_clean(self, x):
        out = self.model(x)
        if self.config.eval.detach:
            out = out.detach()
        return out
