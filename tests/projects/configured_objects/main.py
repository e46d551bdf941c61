import torch
from torch import nn

from runner import Runner, make_runner


def main():
    torch.manual_seed(0)
    model, batches = nn.Linear(2, 2), [torch.randn(3, 2) for _ in range(2)]
    training = Runner(model)
    outputs = training.run(batches)
    outputs.sum().backward()
    print(Runner(model, quiet=True).run(batches).numpy().shape)
    print(make_runner(model, "evaluation").run(batches).numpy().shape)
    print(make_runner(model, "logging").run(batches).numpy().shape)
    print(outputs.numpy().shape)
    print(make_runner(model, "training").run(batches).numpy().shape)


if __name__ == "__main__":
    main()
