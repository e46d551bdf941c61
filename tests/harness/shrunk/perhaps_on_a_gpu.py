"""Two tensors reach one crossing: one that may be on a GPU, one that requires grad on every machine."""

import torch

weight = torch.ones(3, requires_grad=True)
moved = torch.ones(3).to("cuda" if torch.cuda.is_available() else "cpu")
for each in [moved, weight]:
    each.numpy()
