import torch
from torch import nn

from finder import LRFinder, smooth
from quiet import QuietFinder, ValidatedFinder


def finder(kind):
    model = nn.Linear(2, 1)
    return kind(model, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.1))


def main():
    torch.manual_seed(0)
    batches = [(torch.randn(4, 2), torch.randn(4, 1)) for _ in range(4)]
    loud = finder(LRFinder).range_test(batches)
    print(loud.suggest(), loud.best())
    quiet = finder(QuietFinder).range_test(batches)
    print(quiet.history["loss"][-1].numpy(), quiet.best())
    valid = finder(ValidatedFinder).range_test(batches, val=batches[0])
    print(valid.suggest())
    print(smooth([loss.item() for loss in loud.history["loss"]])[-1])
    print(smooth(loud.history["loss"])[-1].numpy())


if __name__ == "__main__":
    main()
