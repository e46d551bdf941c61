import torch

weight = torch.ones(3, requires_grad=True)
data = -torch.ones(3)
if torch and data.sum() > 0:
    pass
else:
    x = weight


def evaluate(y=x):
    y.numpy()


evaluate()
