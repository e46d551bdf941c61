import torch
import torch.nn.functional as F
from torch import nn


class VectorQuantizer(nn.Module):
    def __init__(self, codes, size, beta=0.25):
        super().__init__()
        self.codebook = nn.Embedding(codes, size)
        self.beta = beta
        self.register_buffer("usage", torch.zeros(codes))

    def forward(self, z):
        distances = torch.cdist(z, self.codebook.weight)
        indices = distances.argmin(-1)
        quantized = self.codebook(indices)
        loss = F.mse_loss(quantized, z.detach()) + self.beta * F.mse_loss(z, quantized.detach())
        quantized = z + (quantized - z).detach()
        one_hot = F.one_hot(indices, self.codebook.num_embeddings).float()
        self.usage.mul_(0.9).add_(one_hot.sum(0))
        perplexity = torch.exp(-(one_hot.mean(0) * (one_hot.mean(0) + 1e-9).log()).sum())
        return quantized, loss, (indices, perplexity, distances)


class EMAQuantizer(nn.Module):
    def __init__(self, codes, size, decay=0.9):
        super().__init__()
        self.decay = decay
        self.register_buffer("codebook", torch.randn(codes, size))

    def forward(self, z):
        indices = torch.cdist(z.detach(), self.codebook).argmin(-1)
        quantized = self.codebook[indices]
        return z + (quantized - z).detach(), F.mse_loss(z, quantized), (indices, quantized, None)
