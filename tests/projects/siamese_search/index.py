import numpy as np
import torch


class Index:
    def __init__(self):
        self.chunks = []
        self.labels = []

    def add(self, embeddings, labels):
        self.chunks.append(embeddings.cpu())
        self.labels.extend(labels)

    def build(self):
        self.matrix = torch.cat(self.chunks).numpy()
        return self

    def query(self, vector, k=1):
        order = np.argsort(-self.matrix @ vector.cpu().numpy())
        return [self.labels[i] for i in order[:k]]


def build_index(embed, loader):
    index = Index()
    for x, labels in loader:
        index.add(embed(x), labels)
    return index.build()
