import torch
from torch import nn

from history import History


def run(model, phase, batch, optimizer, history):
    inputs, targets = batch
    with torch.set_grad_enabled(phase == "train"):
        loss = nn.functional.l1_loss(model(inputs), targets)
    if phase == "train":
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    history.log(phase, loss=loss, target=targets.mean())


def main():
    torch.manual_seed(0)
    model, history = nn.Linear(2, 1), History()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):
        for phase in ("train", "valid"):
            run(model, phase, (torch.randn(4, 2), torch.randn(4, 1)), optimizer, history)
    print(history.table())
    print(history.last("train", "target").numpy())
    print(history.last("valid", "loss").numpy())
    print(history.last("train", "loss").numpy())


if __name__ == "__main__":
    main()
