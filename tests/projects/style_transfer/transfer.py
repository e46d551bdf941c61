import torch
from torch import nn

from image_statistics import gram, statistics_of, to_image, total_variation


def transfer(layer, content, style, steps=2):
    target = statistics_of(layer, style)
    image = content.clone().requires_grad_()
    optimizer = torch.optim.Adam([image], lr=0.05)
    for _ in range(steps):
        loss = (gram(layer(image[None])[0]) - target).square().sum() + total_variation(image)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return image, target


def main():
    torch.manual_seed(0)
    layer = nn.Conv2d(3, 4, 3).requires_grad_(False)
    content, style = torch.rand(3, 6, 6), torch.rand(3, 6, 6)
    image, target = transfer(layer, content, style)
    print(target.numpy().shape, layer.weight.numpy().shape)
    print(gram(layer(style[None])[0]).numpy().shape)
    print(to_image(image).shape)
    print(total_variation(content).numpy(), total_variation(image).numpy())


if __name__ == "__main__":
    main()
