import torch

from engine import Engine
from states import unwrap


class Trainer:
    def __init__(self, model, lr=0.1):
        self.model = model
        self.iteration = 0
        self._state = {}
        self._callbacks = Engine().bind(self)
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr)

    def register_callback(self, callback):
        self._callbacks.register(callback)
        return self

    def update_state(self, key, value):
        assert isinstance(key, str)
        self._state.update({key: value})
        return self

    def get_state(self, key, default=None):
        return self._state.get(key, default)

    def apply_model(self, inputs):
        return self.model(inputs)

    def fit(self, batches):
        for inputs, target in batches:
            prediction = self.apply_model(inputs)
            loss = (prediction - target).square().mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.update_state("inputs", unwrap(inputs))
            self.update_state("prediction", unwrap(prediction))
            self.update_state("means", prediction.mean((1, 2, 3)))
            self.update_state("loss", loss)
            self.update_state("learning_rate", self.optimizer.param_groups[0]["lr"])
            self.iteration += 1
            self._callbacks.call("end_of_iteration", iteration=self.iteration)
