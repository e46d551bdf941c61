"""Of inference tensors alone, `sum` records nothing."""

import torch

with torch.inference_mode():
    x = torch.randn(3, requires_grad=True)
x.sum().numpy()
