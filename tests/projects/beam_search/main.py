import torch
from torch import nn

from search import beam_search


class BagModel(nn.Module):
    def __init__(self, vocabulary=5):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, vocabulary)

    def forward(self, tokens):
        return self.embed(tokens).sum(0)


def main():
    torch.manual_seed(0)
    model = BagModel()
    with torch.no_grad():
        print([beam.score.numpy() for beam in beam_search(model)])
    beams = beam_search(model)
    print(beams[0].tokens, torch.tensor(beams[0].tokens).numpy(), beams[0].score.tolist())
    print([beam.score.numpy() for beam in beams])


if __name__ == "__main__":
    main()
