import torch
from torch import nn

from batch import Batch


def collect(actor, count=2):
    batches = []
    for _ in range(count):
        batch = Batch(observation=torch.randn(3, 2), reward=torch.rand(3))
        batch.value = actor(batch.observation).squeeze(-1)
        batches.append(batch)
    return Batch.cat(batches)


def main():
    torch.manual_seed(0)
    rollout = collect(nn.Linear(2, 1))
    print(len(rollout), rollout.reward.numpy().mean())
    print(rollout[:2].observation.numpy().shape, [len(row.observation.numpy()) for row in rollout])
    print(rollout.detach()["value"].numpy().shape)
    print(rollout["value"].numpy().shape)
    print(rollout[:2].value.numpy().shape)


if __name__ == "__main__":
    main()
