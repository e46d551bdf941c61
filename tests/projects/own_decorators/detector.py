import torch
from torch import nn

from utils import inference, logged


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Conv2d(1, 4, 3, padding=1)
        self.boxes = nn.Conv2d(4, 4, 1)
        self.scores = nn.Conv2d(4, 1, 1)

    def forward(self, images):
        features = torch.relu(self.backbone(images))
        return self.boxes(features), self.scores(features).sigmoid()

    @inference
    def detect(self, images):
        boxes, scores = self(images)
        return boxes.numpy(), scores.numpy()

    @logged("detect_debug")
    def detect_debug(self, images):
        boxes, scores = self(images)
        return boxes.numpy(), scores.detach().numpy()

    @logged("calibrate")
    @inference
    def calibrate(self, images):
        _, scores = self(images)
        return scores.mean().numpy()
