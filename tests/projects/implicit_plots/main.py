import torch
from torch import nn

from figures import Axes


def main():
    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 7).unsqueeze(1)
    model = nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 1))
    axes = Axes()
    axes.plot(x.squeeze(1), torch.sin(x).squeeze(1))
    axes.plot(x.squeeze(1), model(x).squeeze(1))
    axes.hist(model(x).detach())
    print(axes.render())


if __name__ == "__main__":
    main()
