import numpy as np
import torch


def pairwise(embeddings):
    return torch.cdist(embeddings, embeddings)


class TripletLoss(torch.nn.Module):
    """Picks its negatives with NumPy, which needs no gradient."""

    def __init__(self, margin=0.5):
        super().__init__()
        self.margin = margin

    def forward(self, embeddings, labels):
        distances = pairwise(embeddings)
        negatives = self.pick(distances, labels)
        rows = torch.arange(len(embeddings))
        same = labels[:, None] == labels[None, :]
        positive = (distances * same).amax(1)
        return (positive - distances[rows, negatives] + self.margin).relu().mean()

    def pick(self, distances, labels):
        table = distances.numpy().copy()
        table[labels.numpy()[:, None] == labels.numpy()[None, :]] = np.inf
        return torch.from_numpy(table.argmin(1))


class CarefulTripletLoss(TripletLoss):
    def pick(self, distances, labels):
        different = labels[:, None] != labels[None, :]
        table = torch.where(different, distances.detach(), torch.inf).numpy()
        return torch.from_numpy(table.argmin(1))
