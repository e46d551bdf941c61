import torch
from torch import nn

from mixins import DescribeMixin, ExportMixin, QuietDescribeMixin, SampleMixin


class VAE(SampleMixin, nn.Module):
    latent = 2

    def __init__(self, width=6):
        super().__init__()
        self.encoder = nn.Linear(width, 2 * self.latent)
        self.decoder = nn.Linear(self.latent, width)
        self.register_buffer("prior", torch.zeros(self.latent))

    def encode(self, images):
        return self.encoder(images).chunk(2, dim=-1)

    def decode(self, latents):
        return torch.sigmoid(self.decoder(latents))

    def reconstruct(self, images):
        mean, log_variance = self.encode(images)
        return self.decode(mean + torch.randn_like(mean) * (0.5 * log_variance).exp())


class PlainVAE(QuietDescribeMixin, ExportMixin, VAE):
    pass


class ConditionalVAE(DescribeMixin, ExportMixin, VAE):
    def __init__(self, classes):
        super().__init__()
        self.labels = nn.Parameter(torch.zeros(classes, self.latent))

    def arrays(self):
        return {"labels": self.labels.numpy(), **super().arrays()}
