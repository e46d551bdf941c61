import torch
from torch import nn

from tuning import tune_rate, tune_rate_by_item

if __name__ == "__main__":
    torch.manual_seed(0)
    batch = torch.randn(4, 2), torch.randn(4, 1)
    rates = [0.001, 0.01, 0.1]
    print(tune_rate(nn.Linear(2, 1), batch, rates))
    print(tune_rate_by_item(nn.Linear(2, 1), batch, rates))
