import torch
from torch import nn
from torch.utils.data import DataLoader, Subset

from datasets import CollocationDataset, SineDataset, random_split_indices


def inspect(loader):
    for x, y in loader:
        print("data", x.numpy().shape, y.numpy().max())
        break


def inspect_collocation(dataset):
    item = dataset[0]
    print("collocation", item["x"].numpy(), item["index"])


def main():
    torch.manual_seed(0)
    model = nn.Linear(1, 1)
    dataset = SineDataset()
    training, validation = random_split_indices(len(dataset))
    loader = DataLoader(Subset(dataset, training.tolist()), batch_size=2, shuffle=True)
    inspect(loader)
    for x, y in loader:
        nn.functional.mse_loss(model(x), y).backward()
    for x, y in DataLoader(Subset(dataset, validation.tolist()), batch_size=4):
        print("error", (model(x) - y).abs().max().numpy(), y.numpy().mean())

    inspect_collocation(CollocationDataset())


if __name__ == "__main__":
    main()
