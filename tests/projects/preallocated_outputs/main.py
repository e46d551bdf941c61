import torch
from torch import nn

import extraction


def main():
    torch.manual_seed(0)
    model, images = nn.Linear(4, 3), torch.rand(5, 4)
    print(extraction.extract_detached(model, images).shape)
    print(extraction.predicted_classes(model, images), extraction.masks(model, images)[0].sum())
    print(extraction.extract(model, images).shape)
    print(extraction.copied(model, images).shape)


if __name__ == "__main__":
    main()
