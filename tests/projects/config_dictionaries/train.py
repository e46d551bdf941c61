import argparse

import torch

from builder import build_model, convert
from configs import merged


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hidden", type=int, default=6)
    parser.add_argument("--report", default="quiet", choices=["quiet", "full"])
    parser.add_argument("--freeze", action="store_true")
    return parser.parse_args()


def main():
    args = parse()
    options = vars(args)
    torch.manual_seed(0)
    config = merged(model={"hidden": options["hidden"]})
    model = build_model(**config["model"])
    if args.freeze:
        for parameter in model[0].parameters():
            parameter.requires_grad = False
    inputs = torch.randn(4, 3)
    outputs = model(inputs)
    outputs.sum().backward()

    if options["report"] == "full":
        print(convert(outputs, **config["report"]).shape)
        print(convert(outputs, **config["quiet_report"]).shape)
    print("inputs", inputs.numpy().mean())
    print("grad", model[2].weight.grad.numpy().sum())


if __name__ == "__main__":
    main()
