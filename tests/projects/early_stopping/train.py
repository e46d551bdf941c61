import torch
from torch import nn

from loops import train_epoch, validate
from stopping import EarlyStopping


def main():
    torch.manual_seed(0)
    training = [(torch.randn(4, 3), torch.randn(4, 1))]
    validation = [(torch.randn(4, 3), torch.randn(4, 1))]
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    stopping = EarlyStopping(patience=1)
    curve = []
    for _ in range(3):
        train_epoch(model, optimizer, training)
        loss = validate(model, validation)
        curve.append(loss.item())
        if stopping(loss, model):
            break
    print(len(curve), stopping.best_value(), stopping.best_array("weight"))


if __name__ == "__main__":
    main()
