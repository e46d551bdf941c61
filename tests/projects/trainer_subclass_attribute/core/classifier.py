from torch import nn

from .base import BaseTrainer


class ClassifierTrainer(BaseTrainer):
    def __init__(self, model, **options):
        super().__init__(model, **options)
        self.criterion = nn.CrossEntropyLoss()

    def step(self, batch):
        inputs, labels = batch
        logits = self.model(inputs)
        self.last_loss = self.criterion(logits, labels)
        self.last_logits = logits.detach()
