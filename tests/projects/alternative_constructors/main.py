import torch

from models import Embedding2D, LabelledEmbedding, LearntEmbedding


def main():
    torch.manual_seed(0)
    fixed = Embedding2D.random(3)
    labelled = LabelledEmbedding.from_config({"kind": "random", "count": 3})
    learnt = LearntEmbedding.trainable(2)
    print(fixed.to_array().shape, labelled.centred().to_array().shape, labelled.label_array())
    print(learnt.frozen().points.numpy().shape)
    print(Embedding2D.distance(fixed, labelled).numpy().shape)
    print(learnt.to_array().shape)
    print(Embedding2D.distance(fixed, learnt).numpy().shape)


if __name__ == "__main__":
    main()
