import torch

from detector import Detector
from utils.decorators import inference


@inference
def strongest(detector, images):
    _, scores = detector(images)
    return scores.flatten(1).max(1).values.numpy()


def weakest(detector, images):
    _, scores = detector(images)
    return scores.flatten(1).min(1).values.numpy()


if __name__ == "__main__":
    torch.manual_seed(0)
    detector, images = Detector(), torch.rand(2, 1, 6, 6)
    print(detector.detect(images)[0].shape)
    print(detector.detect_debug(images)[0].shape)
    print(detector.calibrate(images))
    print(strongest(detector, images), weakest(detector, images))
