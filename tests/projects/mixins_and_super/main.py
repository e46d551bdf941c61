import torch

from models import ConditionalVAE, PlainVAE


def main():
    torch.manual_seed(0)
    images = torch.rand(3, 6)
    for model in (PlainVAE(), ConditionalVAE(classes=2)):
        model.reconstruct(images).sum().backward()
        print(type(model).__name__, model.describe(images))
        print(model.save_arrays())
        print(model.sample_images(2).shape)


if __name__ == "__main__":
    main()
