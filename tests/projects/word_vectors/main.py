import torch
import torch.nn.functional as F

from export import export_average, export_frozen, export_table, most_similar
from model import SkipGram

WORDS = ["the", "cat", "sat", "mat"]


def train(model, steps=3):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(steps):
        centre, context = torch.randint(len(WORDS), (2, 8))
        scores = model(centre, context)
        loss = F.binary_cross_entropy_with_logits(scores, (centre != context).float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = SkipGram(len(WORDS))
    train(model)
    for export in (export_average, export_table, export_frozen):
        print(len(export(model, WORDS).splitlines()))
    print(most_similar(model, 1)[0])
