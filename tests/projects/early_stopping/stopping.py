import copy


class EarlyStopping:
    """Stops when the loss has not improved for `patience` epochs; remembers the best weights."""

    def __init__(self, patience=2, delta=0.0):
        self.patience = patience
        self.delta = delta
        self.best = None
        self.best_weights = None
        self.bad_epochs = 0

    def __call__(self, loss, model):
        if self.best is None or loss < self.best - self.delta:
            self.best = loss
            self.best_weights = copy.deepcopy(model.state_dict())
            self.bad_epochs = 0
        else:
            self.bad_epochs += 1
        return self.bad_epochs > self.patience

    def best_value(self):
        return self.best.numpy()

    def best_array(self, name):
        return self.best_weights[name].numpy()
