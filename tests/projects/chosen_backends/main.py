import torch

from backends import BACKEND, as_array, as_array_checked
from model import Scorer


def main():
    torch.manual_seed(0)
    print(BACKEND, as_array(torch.ones(2)))
    scorer, items = Scorer(), torch.rand(3, 2)
    print(as_array(scorer.quiet(items)).shape)
    print(as_array_checked(scorer(items)).shape)
    print(as_array(scorer(items)).shape)


if __name__ == "__main__":
    main()
