"""The loop that all experiments share; subclasses say what one step is."""

import torch


class BaseTrainer:
    def __init__(self, model, lr=0.05):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        self.last_loss = None
        self.last_logits = None
        self.history = []

    def step(self, batch):
        raise NotImplementedError

    def fit(self, batches, epochs=1):
        for _ in range(epochs):
            for batch in batches:
                self.optimizer.zero_grad()
                self.step(batch)
                self.last_loss.backward()
                self.optimizer.step()
            self.history.append(self.summary())
        return self.history

    def summary(self):
        return {"loss": self.loss_value(), "spread": self.spread()}

    def loss_value(self):
        return float(self.last_loss.numpy())

    def spread(self):
        return float(self.last_logits.std().numpy())
