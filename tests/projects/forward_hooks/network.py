from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, 1, batch_first=True)

    def forward(self, x):
        y = self.norm(x)
        mixed, _ = self.attention(y, y, y)
        return x + mixed


class TinyTransformer(nn.Module):
    def __init__(self, vocabulary=10, width=4):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.block = Block(width)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, tokens):
        return self.head(self.block(self.embed(tokens)))
