import torch

from .base import Metric


class TopOne(Metric):
    name = "top1"

    def update(self, logits, labels):
        self.collected.append(logits.argmax(-1) == labels)

    def compute(self):
        return torch.cat(self.collected).numpy().mean()


class MeanConfidence(Metric):
    name = "confidence"

    def update(self, logits, labels):
        self.collected.append(logits.softmax(-1).amax(-1))

    def compute(self):
        return torch.cat(self.collected).numpy().mean()


class CalibrationError(Metric):
    name = "calibration"

    def update(self, logits, labels):
        logits = logits.detach()
        confidence, prediction = logits.softmax(-1).max(-1)
        self.collected.append(confidence - (prediction == labels).float())

    def compute(self):
        return abs(torch.cat(self.collected).numpy().mean())
