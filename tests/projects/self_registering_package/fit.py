import argparse

import torch

from heads import build
from heads.extra import describe

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--head", default="linear")
    chosen = build(parser.parse_args().head)
    features = torch.ones(2, 3)
    print(chosen(features).numpy())
    print(build("linear")(features).numpy())
    print(build("constant")(features).numpy())
    print(describe(build("constant"), features))
