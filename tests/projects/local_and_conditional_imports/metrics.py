import torch


def psnr(image, reference):
    error = (image - reference).square().mean()
    return (-10 * torch.log10(error)).numpy()
