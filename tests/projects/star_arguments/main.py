import torch
from torch import nn

from logging_tools import arrays, call, first_array, log, named_arrays


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x, y):
        output = self.layer(x)
        return output.argmax(-1), output, (output - y).square().mean()


def main():
    torch.manual_seed(0)
    batch = {"x": torch.randn(3, 2), "y": torch.randn(3, 2)}
    labels, output, loss = results = Net()(**batch)
    loss.backward()
    print(len(arrays(*results)), len(named_arrays(**batch)))
    print(first_array(*results)[1])
    print(call(log, 1, prefix="train", loss=loss, target=batch["y"]))
    print(output.detach().numpy().shape, labels.numpy())


if __name__ == "__main__":
    main()
