"""The body of an operator records nothing, though grad mode is on and its leaves require grad."""

import torch


@torch.library.custom_op("shrunk::compute", mutates_args=())
def compute(value: torch.Tensor) -> torch.Tensor:
    made = torch.ones(3, requires_grad=True) * 2
    made.numpy()
    torch.ones(3, requires_grad=True).numpy()
    return made


compute(torch.ones(3))
