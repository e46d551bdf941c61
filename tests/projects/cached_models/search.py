import torch

from registry import Index, vocabulary_matrix


def scores(index, query):
    return (index.quiet_vectors @ query).numpy()


def raw_scores(index, query):
    return (index.vectors @ query).numpy()


def main():
    index = Index(torch.rand(4, 3))
    query = torch.ones(2)
    print(scores(index, query).shape, index.lengths.numpy().max())
    print(vocabulary_matrix(2).numpy(), raw_scores(index, query).shape)


if __name__ == "__main__":
    main()
