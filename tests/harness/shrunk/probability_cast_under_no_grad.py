"""A cast that finds nothing to do gives the tensor itself, flag and all."""

import torch

normal = torch.distributions.Normal(torch.randn(3, requires_grad=True), 3)
scores = normal.log_prob(torch.ones(3))
with torch.no_grad():
    same = scores.float()
same.numpy()
