import torch
import torch.nn.functional as F
from torch import nn


class Encoder(nn.Module):
    def __init__(self, vocab, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, hidden)
        self.gru = nn.GRU(hidden, hidden, batch_first=True)

    def forward(self, tokens):
        return self.gru(self.embedding(tokens))


class AttnDecoder(nn.Module):
    def __init__(self, vocab, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, hidden)
        self.cell = nn.GRUCell(2 * hidden, hidden)
        self.out = nn.Linear(hidden, vocab)

    def forward(self, token, hidden, memory):
        weights = F.softmax((memory @ hidden.unsqueeze(-1)).squeeze(-1), dim=-1)
        context = (weights.unsqueeze(1) @ memory).squeeze(1)
        hidden = self.cell(torch.cat([self.embedding(token), context], -1), hidden)
        return F.log_softmax(self.out(hidden), dim=-1), hidden, weights


class Seq2Seq(nn.Module):
    def __init__(self, vocab=6, hidden=4, max_length=3):
        super().__init__()
        self.encoder = Encoder(vocab, hidden)
        self.decoder = AttnDecoder(vocab, hidden)
        self.max_length = max_length

    def forward(self, source, target=None, teacher_forcing=1.0):
        memory, state = self.encoder(source)
        hidden = state[-1]
        token = torch.zeros(source.size(0), dtype=torch.long)
        logits, attentions, tokens = [], [], []
        for step in range(self.max_length):
            log_probs, hidden, weights = self.decoder(token, hidden, memory)
            logits.append(log_probs)
            attentions.append(weights)
            _, top = log_probs.topk(1)
            forced = target is not None and torch.rand(1).item() < teacher_forcing
            token = target[:, step] if forced else top.squeeze(-1).detach()
            tokens.append(token)
        return torch.stack(logits, 1), torch.stack(attentions, 1), torch.stack(tokens, 1)
