import torch
from torch import nn

from penalties import R1, gradient_penalty


class WGAN:
    def __init__(self, size=2, latent=3):
        self.generator = nn.Linear(latent, size)
        self.critic = nn.Sequential(nn.Linear(size, 4), nn.Tanh(), nn.Linear(4, 1))
        self.latent = latent
        self.r1 = R1(0.5)
        self.logs = {}

    def sample(self, n, grad=False):
        with torch.set_grad_enabled(grad):
            return self.generator(torch.randn(n, self.latent))

    def critic_step(self, real):
        fake = self.sample(len(real))
        wasserstein = self.critic(fake).mean() - self.critic(real).mean()
        penalty = gradient_penalty(self.critic, real, fake)
        loss = wasserstein + 10 * penalty + self.r1(self.critic, real)
        loss.backward()
        self.logs.update(wasserstein=wasserstein.detach(), penalty=penalty)
        return loss

    def generator_step(self, n):
        fake = self.sample(n, grad=True)
        for p in self.critic.parameters():
            p.requires_grad = False
        loss = -self.critic(fake).mean()
        loss.backward()
        for p in self.critic.parameters():
            p.requires_grad = True
        self.logs["generator"] = loss.detach()
        return fake
