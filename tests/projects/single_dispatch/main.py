import numpy as np
import torch
from torch import nn

from conversion import to_array, to_plain


def main():
    torch.manual_seed(0)
    model = nn.Linear(2, 2)
    outputs = [model(torch.ones(2)) for _ in range(2)]
    print(to_array(np.zeros(2)), to_array(torch.ones(2)))
    print(to_plain(outputs[0]).shape, to_plain(3))
    print(to_array(outputs).shape)


if __name__ == "__main__":
    main()
