"""Under `no_grad` a cast to the dtype that a tensor has gives the tensor itself, flag and all."""

import torch

x = torch.ones_like(torch.full((3,), torch.randn(3).sum().item()), requires_grad=True)
with torch.no_grad():
    same = x.type(torch.float32)
buffer = torch.ones(3)
buffer.add_(same)
buffer.numpy()
