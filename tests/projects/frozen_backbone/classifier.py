from torch import nn

from backbones import freeze, make_backbone


class TransferClassifier(nn.Module):
    def __init__(self, classes, width=4):
        super().__init__()
        self.backbone = freeze(make_backbone(width))
        self.head = nn.Linear(width, classes)

    def features(self, images):
        return self.backbone(images)

    def forward(self, images):
        return self.head(self.features(images))


class FineTunedClassifier(TransferClassifier):
    def __init__(self, classes, width=4):
        super().__init__(classes, width)
        self.backbone.requires_grad_(True)
