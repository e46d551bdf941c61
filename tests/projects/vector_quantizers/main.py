import torch

from autoencoder import VQVAE
from quantize import EMAQuantizer, VectorQuantizer


def main():
    torch.manual_seed(0)
    x = torch.randn(4, 3)
    model = VQVAE(VectorQuantizer(5, 2), 2)
    recon, loss, (indices, perplexity, distances) = model(x)
    (loss + (recon - x).pow(2).mean()).backward()
    print(indices.numpy(), perplexity.numpy(), model.quantizer.usage.numpy())
    print(distances.numpy().shape)
    print(model.quantizer.codebook.weight.numpy().shape)
    print(model.quantizer.codebook.weight.data[indices].numpy().shape)
    print(model.quantizer.codebook(indices).numpy().shape)
    print(model.embed(x).numpy().shape)
    ema = VQVAE(EMAQuantizer(5, 2), 2)
    _, commitment, (indices, codes, _) = ema(x)
    print(indices.numpy(), codes.numpy().shape, ema.quantizer.codebook.numpy().shape)
    print(commitment.numpy())
    print(ema.embed(x).detach().numpy().shape)


if __name__ == "__main__":
    main()
