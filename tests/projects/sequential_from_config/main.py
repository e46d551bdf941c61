import torch

from blocks import build
from specs import CLASSIFIER, SQUASH, stored_spec


def scores(model, inputs):
    return model(inputs).softmax(-1).numpy()


def squashed(model, inputs):
    return model(inputs).numpy()


def main():
    torch.manual_seed(0)
    inputs = torch.randn(3, 2, 2)
    classifier = build(CLASSIFIER).eval()
    print(scores(classifier, inputs).shape)
    print(squashed(build(SQUASH), inputs).shape)
    stored = build(stored_spec())
    first_layer = stored[0]
    print(stored(inputs.flatten(1)).detach().numpy().shape, first_layer.weight.numpy().shape)


if __name__ == "__main__":
    main()
