import torch

from config import load
from runner import Runner


def main():
    torch.manual_seed(0)
    x, y = torch.randn(3, 2), torch.randn(3, 1)
    runner = Runner(load())
    loss = runner.train_step(x, y)
    print(runner.predict(x).numpy().shape, runner.predict_clean(x).numpy().shape)
    print(loss.numpy())
    open_runner = Runner(load().override(eval__no_grad=False))
    print(open_runner.predict(x).numpy().shape)
    print(open_runner.predict_clean(x).numpy().shape)


if __name__ == "__main__":
    main()
