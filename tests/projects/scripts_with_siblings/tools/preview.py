#!/usr/bin/env python
"""Shows what the model does with its input's corners."""

import torch
from common import make_model

model = make_model().eval()
corners = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 4)
with torch.inference_mode():
    outputs = model(corners)
print(outputs.numpy().shape)
print(corners.numpy().sum())
