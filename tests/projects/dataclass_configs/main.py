import torch
from torch import nn

from settings import Settings


def build(settings):
    torch.manual_seed(settings.seed)
    model = nn.Linear(settings.model.width, 1)
    if not settings.model.trainable:
        model.requires_grad_(False)
    return model


def run(settings):
    model = build(settings)
    with torch.set_grad_enabled(settings.gradients):
        return model(torch.ones(2, settings.model.width))


def main():
    settings = Settings()
    print(run(settings.frozen()).numpy().shape)
    print(run(settings.quiet()).numpy().shape)
    print(run(settings).detach().numpy().shape)
    print(run(settings).numpy().shape)


if __name__ == "__main__":
    main()
