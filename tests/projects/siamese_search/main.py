import torch

from embedder import Embedder, Siamese
from index import Index, build_index


def main():
    torch.manual_seed(0)
    loader = [(torch.randn(2, 3), ["a", "b"]), (torch.randn(2, 3), ["c", "d"])]
    siamese = Siamese(Embedder())
    scores, (left, _) = siamese(loader[0][0], loader[1][0])
    scores.sum().backward()

    embed = torch.no_grad()(siamese.embedder)
    index = build_index(embed, loader)
    print(index.query(embed(loader[0][0])[0]))
    print(siamese.scale.data.numpy(), (scores > 0).numpy())
    print(scores.numpy())

    frozen = Embedder().freeze()
    print(frozen(loader[0][0]).numpy().shape)
    with torch.inference_mode():
        guarded = build_index(frozen, loader)
    print(guarded.query(frozen(loader[1][0])[0], k=2))

    loose = Index()
    loose.add(left, ["a", "b"])
    print(loose.chunks[0].numpy().shape, len(loose.labels))


if __name__ == "__main__":
    main()
