import torch
from torch import nn

from acquisition import bald, rank, top_scores
from uncertainty import Ensemble, mc_predict


def build():
    return nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3))


def main():
    torch.manual_seed(0)
    x = torch.randn(5, 2)
    model = build()
    mean, std = mc_predict(model, x)
    print(mean.numpy().shape, std.numpy().max())
    mean, std = mc_predict(model, x, grad=True)
    print(std.numpy().max())
    print(rank(bald(mean.softmax(-1)), 2))
    ensemble = Ensemble([build() for _ in range(2)])
    print(ensemble.predict(x).numpy().shape, ensemble.predict(x, reduce="std").numpy().shape)
    print(ensemble.disagreement(x).numpy().shape)
    print(top_scores(ensemble.disagreement(x).sum(-1), 2))


if __name__ == "__main__":
    main()
