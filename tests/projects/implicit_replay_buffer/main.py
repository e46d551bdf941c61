import torch
from torch import nn

from replay import ReplayBuffer, scaled


def main():
    actor = nn.Linear(2, 2)
    buffer = ReplayBuffer(10, 2)
    with torch.no_grad():
        buffer.add(actor(torch.ones(2)))
    buffer.add(torch.ones(2))
    try:
        buffer.add(actor(torch.ones(2)))
    finally:
        print(scaled(actor(torch.ones(2)).detach()))


if __name__ == "__main__":
    main()
