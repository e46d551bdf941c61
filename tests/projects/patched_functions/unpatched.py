import torch
from torch import nn

from conversion import to_list

if __name__ == "__main__":
    torch.manual_seed(0)
    with torch.no_grad():
        print(to_list(nn.Linear(2, 1)(torch.ones(2))))
    print(torch.stack([nn.Linear(2, 1)(torch.ones(2)).sum()]).numpy())
