import torch
from torch import nn

from metrics.classification import TopOne

if __name__ == "__main__":
    torch.manual_seed(0)
    model, metric = nn.Linear(4, 3), TopOne()
    metric.update(model(torch.randn(6, 4)), torch.randint(0, 3, (6,)))
    print(metric.compute())
