import torch

from interactive.shell import show
from probes import centre, spread

if __name__ == "__main__":
    weight = torch.ones(3, requires_grad=True)
    print(centre(weight), spread(weight * 2))
    show(weight)
    torch.set_grad_enabled(True)
    print(weight.numpy())
