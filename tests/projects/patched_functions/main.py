import torch
from torch import nn

import conversion
import patches


def main():
    torch.manual_seed(0)
    output = nn.Linear(2, 1)(torch.ones(2))
    print(conversion.to_list(torch.ones(2)))
    patches.apply()
    print(conversion.to_list(output))


if __name__ == "__main__":
    main()
