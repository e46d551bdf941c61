import torch
from torch import nn

import reduce_tools as tools


def main():
    torch.manual_seed(0)
    model, inputs = nn.Linear(2, 1), torch.randn(3, 2)
    losses = [model(row).square().mean() for row in inputs]
    weights = [torch.tensor(0.5), torch.tensor(1.0), torch.tensor(2.0)]
    tools.total(losses).backward()

    print(tools.total(weights).numpy(), tools.running(weights)[-1].numpy())
    print(tools.columns([(w, w * 2) for w in weights])[1].numpy())
    print(tools.head(weights, 1)[0].numpy(), tools.padded(weights, [])[0][1].numpy())
    print(tools.total([loss.detach() for loss in losses]).numpy())

    pairs = [(model(row), row) for row in inputs]
    outputs, rows = zip(*pairs, strict=True)
    print(rows[0].numpy(), max(*weights).numpy())
    print(outputs[0].numpy(), max(*losses).numpy())
    print(tools.total(losses).numpy())
    print(tools.running(losses)[-1].numpy())
    print(tools.best(losses, "abc")[0].numpy(), tools.best(weights, "abc")[0].numpy())
    print([value.detach().numpy() for value in tools.flat(losses, weights)])
    print(tools.flat(losses, weights)[0].numpy())
    print(tools.columns([(loss, w) for loss, w in zip(losses, weights, strict=True)])[0].numpy())


if __name__ == "__main__":
    main()
