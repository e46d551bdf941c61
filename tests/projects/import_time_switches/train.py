import torch

from probes import loudest, spread
from switches import evaluation

if __name__ == "__main__":
    weight = torch.ones(3, requires_grad=True)
    print(loudest(weight))
    evaluation()
    print(spread(weight))
