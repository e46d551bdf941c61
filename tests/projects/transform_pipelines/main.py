import torch
from torch import nn

from transforms import Compose, Probability, Snapshot, Standardize, ToNumpy, ToPercent


def main():
    torch.manual_seed(0)
    images = torch.rand(4, 3)
    classifier = nn.Linear(3, 2)
    scale = Standardize(mean=0.5, std=0.25)

    to_input = Compose(scale, ToNumpy())
    print(to_input(images).shape)
    to_preview = Compose(scale, classifier, Snapshot())
    print(to_preview(images).shape)
    percent = Compose(classifier, torch.sigmoid, ToPercent(), Snapshot())
    print(percent(images).shape)
    answer = Compose(scale, classifier, Probability())
    print(answer(images).shape)


if __name__ == "__main__":
    main()
