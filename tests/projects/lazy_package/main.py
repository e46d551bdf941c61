import torch

import toolkit
from toolkit import Encoder, as_table


def main():
    torch.manual_seed(0)
    encoder, rows = Encoder(), torch.rand(3, 4)
    print(as_table(rows).shape)
    print(toolkit.quiet_codes(encoder, rows).shape)
    print(as_table(rows @ encoder.weight.detach().t()).shape)
    print(toolkit.codes(encoder, rows).shape)


if __name__ == "__main__":
    main()
