import torch
from torch import nn

from similarity import as_rows, cka
from store import ActivationStore


def build():
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))


def main():
    torch.manual_seed(0)
    x = torch.randn(4, 3)
    model, other = build(), build()
    with ActivationStore(model, ["0", "2"], detach=True) as store:
        model(x).sum().backward()
    print(len(as_rows(store)), store.gradients["2"][0].numpy().shape)
    print(store["0"].numpy().shape)
    with ActivationStore(other, ["0"]) as live:
        other(x).sum().backward()
    print(live.gradients["0"][-1].numpy().shape)
    print(live["0"].numpy().shape)
    print(cka(store["0"], live["0"]).numpy())
    print(cka(store["0"], store["2"]).numpy())
    with torch.no_grad(), ActivationStore(other, ["2"]) as quiet:
        other(x)
    print(quiet["2"].numpy().shape)


if __name__ == "__main__":
    main()
