import copy

import numpy as np
import torch


def smooth(values, beta=0.9):
    average, result = 0.0, []
    for number, value in enumerate(values, 1):
        average = beta * average + (1 - beta) * value
        result.append(average / (1 - beta**number))
    return result


class LRFinder:
    def __init__(self, model, criterion, optimizer):
        self.model, self.criterion, self.optimizer = model, criterion, optimizer
        self.memory = copy.deepcopy(model.state_dict())
        self.history = {"lr": [], "loss": []}
        self.best_loss = None

    def reset(self):
        self.model.load_state_dict(self.memory)

    def _train_batch(self, batch):
        inputs, labels = batch
        loss = self.criterion(self.model(inputs), labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss

    def _validate(self, batch):
        self.model.eval()
        with torch.no_grad():
            return self.criterion(self.model(batch[0]), batch[1])

    def range_test(self, train, val=None, smooth_f=0.05, end_lr=1.0):
        lrs = np.geomspace(1e-4, end_lr, len(train))
        for iteration, batch in enumerate(train):
            loss = self._train_batch(batch)
            if val:
                loss = self._validate(val)
            self.history["lr"].append(lrs[iteration])
            if iteration == 0:
                self.best_loss = loss
            else:
                loss = smooth_f * loss + (1 - smooth_f) * self.history["loss"][-1]
                if loss < self.best_loss:
                    self.best_loss = loss
            self.history["loss"].append(loss)
        return self

    def suggest(self):
        losses = np.array([loss.numpy() for loss in self.history["loss"]])
        return self.history["lr"][int(np.gradient(losses).argmin())]

    def best(self):
        return self.best_loss.numpy()
