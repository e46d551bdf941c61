from abc import ABC, abstractmethod


class Predictor(ABC):
    @abstractmethod
    def forward(self, features):
        """A tensor of predictions."""

    def predict(self, features):
        return self.forward(features).numpy()

    def predict_interval(self, features):
        centre = self.forward(features).detach()
        return (centre - 1).numpy(), (centre + 1).numpy()

    def residuals(self, features, targets):
        return (targets - self._quiet(features)).numpy()

    def _quiet(self, features):
        return self.forward(features)
