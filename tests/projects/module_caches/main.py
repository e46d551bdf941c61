import torch

import cache
from encode import anchors, encode


def main():
    torch.manual_seed(0)
    encode(["a b", "c"])
    print(cache.recent())
    print(cache.recall("lengths").numpy().sum(), anchors().numpy().shape)
    print(cache.recall("quiet codes").numpy().shape)
    print(cache.recall("codes").numpy().shape)


if __name__ == "__main__":
    main()
