"""Sampling that is guided by gradients: autograd is needed in the middle of it."""

import torch


def denoise(model, noisy, level):
    return model(torch.cat([noisy, level.expand(len(noisy), 1)], dim=1))


@torch.enable_grad()
def guidance_gradient(critic, samples):
    samples = samples.detach().requires_grad_()
    score = critic(samples).sum()
    (gradient,) = torch.autograd.grad(score, samples)
    return gradient, score


@torch.no_grad()
def guided_sampling(model, critic, count, levels=2):
    samples = torch.randn(count, 2)
    for index in range(levels):
        level = torch.tensor(1 - index / levels)
        samples = samples - 0.1 * denoise(model, samples, level)
        gradient, _ = guidance_gradient(critic, samples)
        samples = samples + 0.1 * gradient
    return samples


@torch.no_grad()
def guidance_report(critic, samples):
    gradient, score = guidance_gradient(critic, samples)
    with torch.enable_grad():
        sharpness = critic(samples).std()
        inside = score.detach().numpy(), sharpness.numpy()
    return gradient.numpy(), score.numpy(), inside
