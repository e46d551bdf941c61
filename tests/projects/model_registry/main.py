import argparse

import torch

import heads  # noqa: F401 (registers)
from registry import HEADS, build

CONFIGS = {
    "points": {"name": "linear", "width": 4},
    "probabilities": {"name": "softmax", "width": 4, "classes": 3},
    "labels": {"name": "argmax", "width": 4, "classes": 3},
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", default="points", choices=sorted(CONFIGS))
    options = parser.parse_args()
    torch.manual_seed(0)
    features = torch.randn(5, 4)
    head = build(CONFIGS[options.show])
    print(options.show, head(features).shape)

    points = HEADS["linear"](width=4)
    print(points(features).numpy().mean())
    classes = HEADS["argmax"](width=4, classes=3)
    print(classes(features).numpy())
    normaliser = HEADS["identity"]()
    print(normaliser(features).numpy().std())


if __name__ == "__main__":
    main()
