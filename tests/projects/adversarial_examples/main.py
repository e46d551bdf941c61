import torch
from torch import nn

from attacks import fgsm, pgd, saliency


def gallery(images):
    return [image.permute(1, 2, 0).numpy() for image in images]


def noise(images, adversarial):
    return (adversarial - images).flatten(1).numpy()


def main():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 3))
    images, labels = torch.rand(2, 3, 2, 2), torch.tensor([0, 2])
    print(len(gallery(images)), len(gallery(pgd(model, images, labels))))
    print(noise(images, pgd(model, images, labels)).shape)
    fooled = fgsm(model, images, labels)
    print("changed", (fooled != images).numpy().mean(), fooled.view(2, -1).numpy().max())
    print("saliency", saliency(model, images, labels).numpy().shape)


if __name__ == "__main__":
    main()
