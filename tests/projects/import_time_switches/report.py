import torch

import settings.inference
from probes import spread

if __name__ == "__main__":
    weight = torch.ones(3, requires_grad=True)
    print(settings.inference.BATCH, spread(weight), weight.numpy())
