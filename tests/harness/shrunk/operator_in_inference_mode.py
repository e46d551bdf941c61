"""In inference mode autograd is not asked: the body of an operator runs in the mode at hand."""

import torch

weight = torch.ones(3, requires_grad=True)


@torch.library.custom_op("shrunk::convert", mutates_args=())
def convert(value: torch.Tensor) -> torch.Tensor:
    value.numpy()
    return torch.ones(3)


with torch.inference_mode(), torch.set_grad_enabled(True):
    convert(weight)
