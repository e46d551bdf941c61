from torch import nn

from registry import register


@register("identity")
class IdentityHead(nn.Module):
    def forward(self, features):
        return features


@register("linear")
class LinearHead(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.project = nn.Linear(width, 2)

    def forward(self, features):
        return self.project(features)


@register("softmax")
class SoftmaxHead(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.classify = nn.Linear(width, classes)

    def forward(self, features):
        return self.classify(features).softmax(-1)


@register("argmax")
class ArgmaxHead(SoftmaxHead):
    def forward(self, features):
        return super().forward(features).argmax(-1)
