import torch


def gradient_penalty(critic, real, fake, create_graph=True):
    alpha = torch.rand(real.size(0), 1)
    mixed = (alpha * real + (1 - alpha) * fake.detach()).requires_grad_(True)
    scores = critic(mixed)
    (gradients,) = torch.autograd.grad(
        scores, mixed, grad_outputs=torch.ones_like(scores), create_graph=create_graph
    )
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean()


def saliency(critic, x):
    x = x.clone().requires_grad_()
    critic(x).sum().backward()
    return x.grad.abs()


class R1:
    def __init__(self, weight, every=2):
        self.weight, self.every, self.calls = weight, every, 0

    def __call__(self, critic, real):
        self.calls += 1
        if self.calls % self.every:
            return torch.zeros(())
        return self.weight * gradient_penalty(critic, real, real)
