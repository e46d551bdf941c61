import torch
import torch.nn.functional as F

from networks import Discriminator, Generator
from snapshots import grid, real_grid, sample_grid


def discriminator_step(generator, discriminator, optimizer, real):
    fake = generator.draw(len(real)).detach()
    on_real, on_fake = discriminator(real), discriminator(fake)
    loss = F.softplus(-on_real).mean() + F.softplus(on_fake).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss, fake


def generator_step(generator, discriminator, optimizer, count):
    fake = generator.draw(count)
    loss = F.softplus(-discriminator(fake)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss, fake


def main():
    torch.manual_seed(0)
    generator, discriminator = Generator(), Discriminator()
    optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    fixed_noise = torch.randn(4, generator.noise)
    for _ in range(2):
        real = torch.rand(4, 4) * 2 - 1
        loss_d, shown_d = discriminator_step(generator, discriminator, optimizer_d, real)
        loss_g, shown_g = generator_step(generator, discriminator, optimizer_g, 4)
        print(f"D {loss_d.item():.3f} G {loss_g.item():.3f}")
    print(real_grid(real).shape, grid(shown_d).shape)
    print(sample_grid(generator, fixed_noise).shape)
    print("last fakes", ((shown_g + 1) / 2).numpy().shape)


if __name__ == "__main__":
    main()
