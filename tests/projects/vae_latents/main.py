import torch

from model import VAE, vae_loss
from visualize import interpolation, latent_scatter, manifold, reconstructions


def load(count=2, size=4):
    return [(torch.rand(size, 8).round(), torch.randint(0, 2, (size,))) for _ in range(count)]


def main():
    torch.manual_seed(0)
    model, loader = VAE(), load()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for x, _ in loader:
        recon, mu, logvar = model(x)
        loss, parts = vae_loss(recon, x, mu, logvar)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(parts["kld"] >= 0)
    points, labels = latent_scatter(model, loader)
    print(points.shape, labels.shape)
    print(manifold(model).shape, reconstructions(model, loader[0][0]).shape)
    print(len(interpolation(model, loader[0][0], loader[1][0])))


if __name__ == "__main__":
    main()
