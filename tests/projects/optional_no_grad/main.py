import torch
from torch import nn

from loops import predict, run_epoch


def main():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 4), nn.Dropout(0.5), nn.Linear(4, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    batches = [(torch.randn(3, 2), torch.randn(3, 1)) for _ in range(2)]
    fitted = run_epoch(model, batches, optimizer)
    print(run_epoch(model, batches).numpy().shape)
    print(predict(model, batches[0][0]).numpy().shape)
    print(fitted.numpy().shape)
    print(predict(model, batches[0][0], quiet=False).numpy().shape)


if __name__ == "__main__":
    main()
