import torch
from torch import nn

from store import FeatureStore

if __name__ == "__main__":
    torch.manual_seed(0)
    model = nn.EmbeddingBag(10, 2)
    store = FeatureStore(2, 2)
    store.add(model(torch.randint(10, (2, 3))))
    with torch.no_grad():
        print(store.nearest(model(torch.randint(10, (1, 3)))[0]))
