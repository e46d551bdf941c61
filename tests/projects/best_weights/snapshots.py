import copy
from collections import OrderedDict


class Snapshots:
    """Remembers weights by name, in one way or another."""

    def __init__(self, model):
        self.model = model
        self.best = None
        self.best_score = None

    def named(self):
        return OrderedDict((name, p.cpu()) for name, p in self.model.named_parameters())

    def state(self):
        return {name: value.cpu().clone() for name, value in self.model.state_dict().items()}

    def consider(self, score):
        if self.best_score is None or score < self.best_score:
            self.best_score = score
            self.best = copy.deepcopy(self.model.state_dict())
        return self.best_score

    def difference(self, other):
        current = self.state()
        return {name: current[name] - other[name] for name in current}

    def drift(self):
        return {
            name: (p - self.best[name]).norm()
            for name, p in self.model.named_parameters()
            if name in self.best
        }
