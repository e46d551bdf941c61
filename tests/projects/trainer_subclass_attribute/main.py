import torch
from torch import nn

from core.classifier import ClassifierTrainer


def batches(count):
    return [(torch.randn(6, 4), torch.randint(0, 3, (6,))) for _ in range(count)]


if __name__ == "__main__":
    torch.manual_seed(0)
    trainer = ClassifierTrainer(nn.Linear(4, 3), lr=0.1)
    print(trainer.fit(batches(2), epochs=2))
