import numpy as np
import torch


def sample(model, start, length, rng):
    """Draws with NumPy's generator, to be the same on every machine."""
    symbol, state, text = torch.tensor([start]), model.init_hidden(1), [start]
    for _ in range(length):
        logits, state = model.step(symbol, state)
        weights = logits.softmax(-1)[0].numpy().astype(np.float64)
        drawn = rng.choice(len(weights), p=weights / weights.sum())
        symbol = torch.tensor([drawn])
        text.append(int(drawn))
    return text


def greedy(model, start, length):
    symbol, state, text = torch.tensor([start]), model.init_hidden(1), []
    for _ in range(length):
        logits, state = model.step(symbol, state)
        symbol = logits.argmax(-1)
        text.append(symbol.numpy()[0])
    return text


@torch.no_grad()
def perplexities(model, lines):
    logits, _ = model(lines[:, :-1])
    losses = torch.nn.functional.cross_entropy(
        logits.transpose(1, 2), lines[:, 1:], reduction="none"
    )
    return losses.mean(1).exp().numpy()
