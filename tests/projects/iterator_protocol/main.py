import torch
from torch import nn

from loaders import Prefetcher, make_batches, progress


def main():
    torch.manual_seed(0)
    encoder = nn.Linear(3, 2)
    for batch in progress(Prefetcher(make_batches())):
        print(batch.numpy().shape)
    for batch in progress(Prefetcher(make_batches(), transform=torch.sqrt), total=2):
        print(batch.numpy().shape)
    for codes in Prefetcher(make_batches(), transform=lambda batch: encoder(batch).detach()):
        print(codes.numpy().shape)
    for index, codes in enumerate(progress(Prefetcher(make_batches(), transform=encoder))):
        print(index, codes.numpy().shape)


if __name__ == "__main__":
    main()
