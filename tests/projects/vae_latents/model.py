import torch
from torch import nn


class VAE(nn.Module):
    def __init__(self, inputs=8, latents=2):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(inputs, 6), nn.ReLU())
        self.mu = nn.Linear(6, latents)
        self.logvar = nn.Linear(6, latents)
        self.decoder = nn.Sequential(nn.Linear(latents, 6), nn.ReLU(), nn.Linear(6, inputs))
        self.latents = latents

    def encode(self, x):
        h = self.encoder(x)
        return self.mu(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        if not self.training:
            return mu
        std = torch.exp(0.5 * logvar)
        return mu + std * torch.randn_like(std)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decoder(self.reparameterize(mu, logvar)), mu, logvar


def vae_loss(recon, x, mu, logvar):
    bce = nn.functional.binary_cross_entropy_with_logits(recon, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld, {"bce": bce.item(), "kld": kld.item()}
