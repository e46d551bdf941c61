"""Trains a small speaker encoder and dumps its embeddings for inspection."""

import torch
from torch import nn

from utils.arrays import detached_array, to_numpy
from utils.data import make_batches


class SpeakerEncoder(nn.Module):
    def __init__(self, n_mels=8, dim=4):
        super().__init__()
        self.rnn = nn.GRU(n_mels, 16, batch_first=True)
        self.proj = nn.Linear(16, dim)

    def forward(self, mels):
        _, hidden = self.rnn(mels)
        return nn.functional.normalize(self.proj(hidden[-1]), dim=-1)


def train_epoch(encoder, optimizer, batches):
    for mels, speakers in batches:
        embeddings = encoder(mels)
        similarity = embeddings @ embeddings.t()
        same = (speakers[:, None] == speakers[None, :]).float()
        loss = nn.functional.binary_cross_entropy_with_logits(similarity, same)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def dump_embeddings(encoder, batches):
    encoder.eval()
    rows, centroids = [], []
    for mels, _ in batches:
        embeddings = encoder(mels)
        rows.append(to_numpy(embeddings))
        centroids.append(detached_array(embeddings.mean(0)))
    return rows, centroids


def main():
    torch.manual_seed(3)
    encoder = SpeakerEncoder()
    optimizer = torch.optim.Adam(encoder.parameters(), lr=1e-3)
    batches = make_batches(count=2)
    train_epoch(encoder, optimizer, batches)
    rows, centroids = dump_embeddings(encoder, batches)
    print(len(rows), centroids[0].shape)


if __name__ == "__main__":
    main()
