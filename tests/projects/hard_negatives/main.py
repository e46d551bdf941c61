import torch
from torch import nn

from mining import CarefulTripletLoss, TripletLoss, pairwise


def main():
    torch.manual_seed(0)
    encoder = nn.Linear(3, 2)
    inputs, labels = torch.randn(6, 3), torch.tensor([0, 0, 1, 1, 2, 2])
    CarefulTripletLoss()(encoder(inputs), labels).backward()
    print(pairwise(inputs).numpy().max())
    loss = TripletLoss()(encoder(inputs), labels)
    loss.backward()
    print(loss.item())


if __name__ == "__main__":
    main()
