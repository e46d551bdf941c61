import torch

STIFFNESS = 2.0
START = torch.tensor([1.0, 0.0])
_SCALE = 100
