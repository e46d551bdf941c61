import torch
from torch import nn

import shared
from handlers import HANDLERS


def main():
    torch.manual_seed(0)
    shared.setup(nn.Linear(3, 2))
    shared.reference = shared.reference + 1
    print(HANDLERS["predict"]([0.1, 0.2, 0.3]))
    for command in ("explain", "compare"):
        print(command, HANDLERS[command]())


if __name__ == "__main__":
    main()
