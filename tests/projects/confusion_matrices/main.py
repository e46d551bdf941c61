import torch
from torch import nn

from evaluation import confusion_matrix, hardest, roc_points, top_k


def loader(count=2, size=5):
    generator = torch.Generator().manual_seed(0)
    for _ in range(count):
        inputs = torch.randn(size, 4, generator=generator)
        yield inputs, torch.randint(3, (size,), generator=generator)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3)).eval()
    print(confusion_matrix(model, loader(), classes=3).sum())
    print(top_k(model, loader()), len(hardest(model, loader())))
    print(roc_points(model, loader()).shape)
