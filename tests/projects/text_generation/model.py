import torch
from torch import nn


class CharRNN(nn.Module):
    def __init__(self, symbols=6, hidden=5):
        super().__init__()
        self.hidden = hidden
        self.embed = nn.Embedding(symbols, hidden)
        self.cell = nn.GRUCell(hidden, hidden)
        self.out = nn.Linear(hidden, symbols)

    def init_hidden(self, batch):
        return torch.zeros(batch, self.hidden)

    def step(self, symbol, state):
        state = self.cell(self.embed(symbol), state)
        return self.out(state), state

    def forward(self, symbols):
        state = self.init_hidden(len(symbols))
        logits = []
        for position in range(symbols.shape[1]):
            output, state = self.step(symbols[:, position], state)
            logits.append(output)
        return torch.stack(logits, 1), state
