import torch

from common import as_array, make_model

if __name__ == "__main__":
    model = make_model()
    model(torch.ones(1, 4)).sum().backward()
    print(as_array(model(torch.ones(1, 4))))
    print(as_array(model.weight.grad))
