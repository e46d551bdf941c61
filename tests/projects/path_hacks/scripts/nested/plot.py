import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lib import nets, signals

torch.manual_seed(0)
denoiser = nets.Denoiser().requires_grad_(False)
print(signals.peak(denoiser(nets.noise())))
trained = nets.Denoiser()
print(trained(nets.noise()).sum(-1).numpy())
