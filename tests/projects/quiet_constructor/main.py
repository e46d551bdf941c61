import torch
from torch import nn

from engine import InferenceEngine


def main():
    torch.manual_seed(0)
    engine = InferenceEngine(nn.Sequential(nn.Linear(3, 2), nn.Softmax(-1)))
    print(engine.infer(torch.randn(1, 3)).shape)
    for key in range(3):
        engine.submit(key, torch.randn(1, 3))
    print(sorted(engine.run()))


if __name__ == "__main__":
    main()
