import argparse

import torch
from torch import nn

from transfer import pick_device, to_host, to_host_plain


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="auto")
    parser.add_argument("--plain", action="store_true")
    args = parser.parse_args()
    device = pick_device(args.device)
    torch.manual_seed(0)
    model = nn.Linear(2, 2).to(device)
    inputs = torch.randn(3, 2, device=device)
    outputs = model(inputs)
    if args.plain:
        print(to_host_plain(outputs).shape)
    else:
        print(to_host(outputs).shape)
    print(to_host_plain(inputs).mean())


if __name__ == "__main__":
    main()
