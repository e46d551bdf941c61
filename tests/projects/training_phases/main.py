import torch
from torch import nn

from phases import run_phase


def make_loader(count):
    return [(torch.randn(4, 3), torch.randint(2, (4,))) for _ in range(count)]


def main():
    torch.manual_seed(0)
    model, criterion = nn.Linear(3, 2), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    fitted = run_phase(model, criterion, optimizer, make_loader(2), "train")
    held_out = run_phase(model, criterion, None, make_loader(1), phase="val")
    print(held_out.softmax(1).numpy().shape)
    print(fitted.argmax(1).numpy())
    print(fitted.softmax(1).numpy().shape)


if __name__ == "__main__":
    main()
