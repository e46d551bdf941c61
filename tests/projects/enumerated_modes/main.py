import torch
from torch import nn

from modes import Mode, Reduction
from runner import Runner

if __name__ == "__main__":
    runner = Runner(nn.Linear(3, 2))
    x, y = torch.randn(4, 3), torch.randn(4, 2)
    print(runner.run(Mode.EVAL, x, y, Reduction.MEAN))
    print(runner.run(Mode("predict"), x, y, Reduction.SUM))
    runner.run(Mode.TRAIN, x, y, Reduction.MEAN)
    print(runner.history[Mode.EVAL])
    print(runner.dump(Mode.TRAIN))
    print(runner.dump(Mode.EVAL))
