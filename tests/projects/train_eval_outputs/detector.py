import torch
from torch import nn


class TinyDetector(nn.Module):
    """Losses while it is trained, detections otherwise: as detection models do it."""

    def __init__(self, anchors=4):
        super().__init__()
        self.backbone = nn.Linear(6, 8)
        self.boxes = nn.Linear(8, anchors * 4)
        self.scores = nn.Linear(8, anchors)

    def forward(self, images, targets=None):
        features = self.backbone(images).relu()
        boxes, scores = self.boxes(features), self.scores(features)
        if self.training:
            return {
                "boxes": nn.functional.l1_loss(boxes, targets),
                "scores": scores.logsumexp(-1).mean(),
            }
        return self.postprocess(boxes.view(len(images), -1, 4), scores)

    def postprocess(self, boxes, scores):
        best = scores.argmax(-1)
        chosen = boxes[torch.arange(len(boxes)), best]
        return {"labels": best, "chosen": chosen.detach().round()}
