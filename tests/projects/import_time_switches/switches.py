import torch


def evaluation():
    torch.set_grad_enabled(False)


if __name__ == "__main__":
    torch.set_grad_enabled(False)
