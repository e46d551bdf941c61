import torch


@torch.no_grad()
def embed(encoder, images):
    encoder.eval()
    return encoder(images).numpy()
