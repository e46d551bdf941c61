import torch

from evaluate import embed
from model import Encoder


def main():
    torch.manual_seed(0)
    encoder = Encoder()
    images = torch.rand(4, 16)
    optimizer = torch.optim.SGD(encoder.parameters(), lr=0.1)
    loss = encoder(images).var(0).neg().sum()
    loss.backward()
    optimizer.step()
    print(embed(encoder, images).shape)


if __name__ == "__main__":
    main()
