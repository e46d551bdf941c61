import argparse
import importlib

import torch

from exporters import exporter
from stages import STAGES


def model_called(name):
    module = importlib.import_module("models." + name + "_model")
    return module.Model()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="affine")
    parser.add_argument("--exporter", default="rows")
    options = parser.parse_args()
    image = torch.ones(2, 3)
    translated = model_called(options.model)(image)
    print(exporter(options.exporter)(translated))
    print(STAGES["sharpen"](image).sum().numpy())
    print(STAGES["crop"](image).sum().numpy())
