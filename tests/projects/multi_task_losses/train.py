import torch
import torch.nn.functional as F
from torch import nn

from criteria import UncertaintyWeighting


class MultiTaskNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Linear(3, 4)
        self.depth, self.label = nn.Linear(4, 1), nn.Linear(4, 2)

    def losses(self, inputs, depth, label):
        hidden = self.trunk(inputs).tanh()
        return {
            "depth": F.l1_loss(self.depth(hidden).squeeze(-1), depth),
            "label": F.cross_entropy(self.label(hidden), label),
        }


def main():
    torch.manual_seed(0)
    net, weighting = MultiTaskNet(), UncertaintyWeighting(["depth", "label"])
    optimizer = torch.optim.Adam([*net.parameters(), *weighting.parameters()], lr=1e-2)
    losses = net.losses(torch.randn(4, 3), torch.rand(4), torch.randint(2, (4,)))
    total, parts = weighting(losses)
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    print({task: part.item() for task, part in parts.items()})
    print(weighting.fixed_sigmas().numpy(), weighting.log_variances.grad.numpy().shape)
    print({task: loss.data.numpy() for task, loss in losses.items()})
    print({task: part.numpy() for task, part in parts.items()})
    print(weighting.sigmas.numpy(), total.numpy())


if __name__ == "__main__":
    main()
