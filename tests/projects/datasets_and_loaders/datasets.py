import torch
from torch.utils.data import Dataset


class SineDataset(Dataset):
    def __init__(self, size=6):
        self.x = torch.linspace(0, 3, size).unsqueeze(1)
        self.y = torch.sin(self.x)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


class CollocationDataset(Dataset):
    """Points at which a differential equation shall hold; derivatives need gradients."""

    def __init__(self, size=4):
        self.points = torch.rand(size, 1, requires_grad=True)

    def __len__(self):
        return len(self.points)

    def __getitem__(self, index):
        return {"x": self.points[index], "index": index}


def random_split_indices(size):
    order = torch.randperm(size).numpy()
    return order[: size // 2], order[size // 2 :]
