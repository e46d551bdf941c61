import torch
from torch import nn

from board import Board
from trainer import Trainer

if __name__ == "__main__":
    torch.manual_seed(0)
    trainer = Trainer(nn.Conv2d(1, 1, 3, padding=1))
    trainer.register_callback(Board(every=1))
    trainer.fit([(torch.rand(2, 1, 8, 8), torch.rand(2, 1, 8, 8)) for _ in range(2)])
