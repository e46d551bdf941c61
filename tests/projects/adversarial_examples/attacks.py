import torch
import torch.nn.functional as F


def fgsm(model, images, labels, epsilon=0.1):
    images = images.clone().requires_grad_()
    loss = F.cross_entropy(model(images), labels)
    (gradient,) = torch.autograd.grad(loss, images)
    return (images + epsilon * gradient.sign()).clamp(0, 1)


def pgd(model, images, labels, epsilon=0.1, steps=2):
    adversarial = images.clone()
    for _ in range(steps):
        adversarial = adversarial.detach().requires_grad_()
        F.cross_entropy(model(adversarial), labels).backward()
        step = epsilon / steps * adversarial.grad.sign()
        adversarial = (adversarial + step).clamp(0, 1)
    return adversarial.detach()


def saliency(model, images, labels):
    images = images.clone().requires_grad_()
    model(images).gather(1, labels.unsqueeze(1)).sum().backward()
    return images.grad.abs()
