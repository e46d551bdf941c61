import torch
from torch import nn

from conversions import unwrap


class Trainer:
    """Trains until told to stop; loaders start again when they are exhausted."""

    def __init__(self, model):
        self._model = None
        self._loaders = {}
        self._iterators = {}
        self._epochs = 0
        self._iterations = 0
        self._state = {}
        self.model = model
        self.criterion = nn.BCEWithLogitsLoss()
        self.optimizer = torch.optim.Adam(self.model.parameters())

    @property
    def model(self):
        assert self._model is not None
        return self._model

    @model.setter
    def model(self, value):
        self._model = value

    def bind_loader(self, name, loader):
        self._loaders.update({name: loader})
        return self

    def next_batch(self, name, restart=True):
        if name not in self._iterators:
            self._iterators.update({name: self._loaders[name].__iter__()})
        try:
            return next(self._iterators[name])
        except StopIteration:
            if restart:
                self._iterators.update({name: self._loaders[name].__iter__()})
                self._epochs += 1
                return self.next_batch(name, restart=False)
            raise

    def apply_model(self, *inputs):
        return self.model(*inputs)

    def train_for(self, stop=None):
        self.model.train()
        iteration = 0
        while True:
            if stop is not None and stop(iteration):
                break
            images, targets = self.next_batch("train")
            self.optimizer.zero_grad()
            prediction = self.apply_model(images)
            loss = self.criterion(prediction, targets)
            loss.backward()
            self.optimizer.step()
            self._state["prediction"] = unwrap(prediction)
            self._state["loss"] = unwrap(loss, as_number=True)
            self._iterations += 1
            iteration += 1
        return self

    def fit(self, epochs):
        while True:
            if self._epochs >= epochs:
                break
            self.train_for(stop=lambda *_: self._epochs >= epochs)
        return self

    def get_state(self, key, default=None):
        return self._state.get(key, default)
