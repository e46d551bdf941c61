import torch

from gan import WGAN
from penalties import gradient_penalty, saliency


def main():
    torch.manual_seed(0)
    gan = WGAN()
    real = torch.randn(4, 2)
    for _ in range(2):
        gan.critic_step(real)
        images = gan.generator_step(4)
    print(gan.logs["wasserstein"].numpy(), gan.logs["generator"].numpy())
    print(gan.logs["penalty"].numpy())
    print(images.numpy().shape)
    print(gan.sample(2).numpy().shape)
    print(saliency(gan.critic, real).numpy().shape)
    flat = gradient_penalty(gan.critic, real, real, create_graph=False)
    print(flat.numpy())


if __name__ == "__main__":
    main()
