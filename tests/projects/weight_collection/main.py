import torch

from memory import buffer_bytes, expected_bytes, quiet_weight_bytes, weight_bytes
from wrappers import LudicModel

if __name__ == "__main__":
    torch.manual_seed(0)
    model = LudicModel(3)
    model.model(torch.randn(2, 3)).sum().backward()
    print(quiet_weight_bytes(model) == expected_bytes(model), buffer_bytes(model))
    print(weight_bytes(model))
