import torch
from torch import nn

from ops import median_filter, round_through, sinc


class SincFilter(nn.Module):
    def __init__(self, taps=5):
        super().__init__()
        self.cutoff = nn.Parameter(torch.tensor(0.5))
        self.register_buffer("axis", torch.arange(taps) - (taps - 1) / 2)

    def kernel(self):
        return sinc(self.cutoff * self.axis) * self.cutoff

    def forward(self, signal):
        return nn.functional.conv1d(signal[None, None], self.kernel()[None, None])[0, 0]


def main():
    torch.manual_seed(0)
    noise = torch.randn(16)
    layer = SincFilter()
    filtered = layer(noise)
    filtered.square().sum().backward()
    print(layer.cutoff.grad.numpy())
    print("kernel", layer.kernel().numpy().round(2))
    print("axis", layer.axis.numpy())
    print("rounded", round_through(layer.cutoff * 3).numpy(), round_through(noise).numpy().sum())
    print("median", median_filter(noise).shape)


if __name__ == "__main__":
    main()
