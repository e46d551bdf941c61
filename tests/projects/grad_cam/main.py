import torch
from torch import nn

from cam import GradCAM


class SmallNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Conv2d(1, 3, 3)
        self.head = nn.Linear(3, 2)

    def forward(self, images):
        return self.head(self.features(images).relu().mean(dim=(2, 3)))


def saliency(model, image):
    image = image.clone().requires_grad_(True)
    kept = []
    image.register_hook(kept.append)
    model(image).max().backward()
    return kept[0].abs().numpy(), image.grad.abs().numpy()


def main():
    torch.manual_seed(0)
    model, images = SmallNet(), torch.rand(2, 1, 5, 5)
    cam = GradCAM(model, model.features)
    print(cam.scores(images, category=1).shape, cam.weights().shape)
    print(cam.quiet_maps().shape)
    print(cam.maps().shape, cam.activation_arrays().shape)
    cam.close()
    print(saliency(model, images[:1])[0].shape)


if __name__ == "__main__":
    main()
