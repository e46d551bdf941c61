import torch
from torch import nn

from store import FeatureStore


def index_quietly(model, batches, store):
    for images in batches:
        store.add(model(images).detach().numpy())


def main():
    torch.manual_seed(0)
    model = nn.Linear(4, 2)
    batches = [torch.rand(2, 4) for _ in range(2)]
    store = FeatureStore(4, 2)
    index_quietly(model, batches, store)
    print(store.nearest([0.0, 0.0]), store.used)


if __name__ == "__main__":
    main()
