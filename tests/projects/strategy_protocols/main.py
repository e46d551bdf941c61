import torch
from torch import nn

from pipeline import Pipeline
from strategies import Greedy, Mean, Sampled

if __name__ == "__main__":
    model = nn.Linear(4, 4)
    x = torch.randn(2, 4)
    for strategy in (Greedy(), Sampled(0.5)):
        print(Pipeline(model, strategy).run(x))
    print(Pipeline(model, Mean()).run(x))
