import torch
from torch import nn

from callbacks import BestBias, LossPrinter, PredictionLogger, TargetLogger
from trainer import Trainer


def main():
    torch.manual_seed(0)
    data = [(torch.randn(4, 2), torch.randn(4, 1)) for _ in range(2)]
    callbacks = [LossPrinter(), PredictionLogger(every=1), TargetLogger(), BestBias()]
    trainer = Trainer(nn.Linear(2, 1), callbacks)
    trainer.fit(data, epochs=2)
    print(callbacks[1].images, callbacks[2].images)


if __name__ == "__main__":
    main()
