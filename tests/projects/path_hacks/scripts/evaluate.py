import os
import sys

import torch

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from lib.nets import Denoiser, noise
from lib.signals import peak, spectrum

if __name__ == "__main__":
    torch.manual_seed(0)
    signals, denoiser = noise(), Denoiser()
    print(peak(signals), peak(denoiser(signals).detach()))
    print(spectrum(denoiser(signals)).shape)
