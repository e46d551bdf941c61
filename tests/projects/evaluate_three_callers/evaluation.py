import torch


def evaluate(model, loader):
    """Accuracy and mean confidence."""
    hits, confidences = [], []
    for tokens, labels in loader:
        probabilities = model(tokens).softmax(-1)
        best = probabilities.max(-1)
        hits.append((best.indices == labels).numpy().mean())
        confidences.append(best.values.numpy().mean())
    return sum(hits) / len(hits), sum(confidences) / len(confidences)


def logits_of(model, loader):
    return torch.cat([model(tokens) for tokens, _ in loader]).numpy()
