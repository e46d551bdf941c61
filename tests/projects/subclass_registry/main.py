import torch

from layers import Embedder


def nearest(embedder, tokens):
    vectors = embedder.embed(tokens)
    return torch.cdist(vectors, vectors)


def main():
    torch.manual_seed(0)
    tokens = torch.tensor([0, 2, 1])
    print(Embedder.create("onehot", 4).embed(tokens).numpy().sum())
    print(nearest(Embedder.create("fixed", 4), tokens).numpy().shape)
    print(nearest(Embedder.create("learnt", 4), tokens).numpy().shape)


if __name__ == "__main__":
    main()
