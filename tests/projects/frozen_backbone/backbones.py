from torch import nn


def make_backbone(width=4):
    return nn.Sequential(nn.Conv2d(3, width, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def freeze(module):
    for parameter in module.parameters():
        parameter.requires_grad = False
    return module.eval()
