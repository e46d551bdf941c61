import numpy as np
import torch

from model import CharRNN
from sampling import greedy, perplexities, sample


def main():
    torch.manual_seed(0)
    model = CharRNN()
    lines = torch.randint(6, (3, 5))
    logits, state = model(lines[:, :-1])
    torch.nn.functional.cross_entropy(logits.transpose(1, 2), lines[:, 1:]).backward()
    print(sample(model, 0, 3, np.random.default_rng(0)), greedy(model, 0, 3))
    print(perplexities(model, lines).shape)
    print("first state", model.init_hidden(2).numpy().sum())
    print("last state", state.numpy().shape)


if __name__ == "__main__":
    main()
