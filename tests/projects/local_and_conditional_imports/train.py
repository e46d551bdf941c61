from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import torch
from torch import nn

try:
    from fast_metrics_extension import psnr
except ImportError:
    from metrics import psnr

if TYPE_CHECKING:
    from viewer import Frame


def make_model():
    return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 1, 3, padding=1))


def restore(model: nn.Module, noisy: torch.Tensor) -> Frame:
    from viewer import frame_of

    return frame_of(model(noisy), title="restored")


def restore_quietly(model: nn.Module, noisy: torch.Tensor) -> Frame:
    import viewer

    with torch.no_grad():
        restored = model(noisy)
    return viewer.Frame("restored", viewer.pixels(restored))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--noise", type=float, default=0.1)
    noise = parser.parse_args().noise
    torch.manual_seed(0)
    clean = torch.rand(2, 1, 6, 6)
    noisy = clean + noise * torch.randn_like(clean)
    model = make_model()
    nn.functional.mse_loss(model(noisy), clean).backward()
    print(restore(model, noisy).title, restore_quietly(model, noisy).title)
    print("psnr of the input", psnr(noisy, clean))


if __name__ == "__main__":
    main()
