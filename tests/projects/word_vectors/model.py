from torch import nn


class SkipGram(nn.Module):
    def __init__(self, vocabulary, dim=4):
        super().__init__()
        self.centre = nn.Embedding(vocabulary, dim)
        self.context = nn.Embedding(vocabulary, dim)

    def forward(self, centre, context):
        return (self.centre(centre) * self.context(context)).sum(-1)

    def vectors(self):
        return (self.centre.weight + self.context.weight) / 2

    def frozen_vectors(self):
        return nn.Embedding.from_pretrained(self.centre.weight.detach())

    @property
    def table(self):
        return self.centre.weight.data
