import torch
from torch import nn

from guidance import guidance_gradient, guidance_report, guided_sampling


def main():
    torch.manual_seed(0)
    model, critic = nn.Linear(3, 2), nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    samples = guided_sampling(model, critic, count=3)
    print(samples.numpy().shape)
    print(len(guidance_report(critic, samples)))
    gradient, score = guidance_gradient(critic, samples)
    print(gradient.numpy().shape, score.numpy())


if __name__ == "__main__":
    main()
