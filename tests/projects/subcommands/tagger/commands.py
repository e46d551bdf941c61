import torch

from .model import Tagger, sentences


def load():
    torch.manual_seed(0)
    tagger = Tagger()
    return tagger.eval()


def summary(args):
    tagger = load()
    print(sum(parameter.numel() for parameter in tagger.parameters()))


def export(args):
    tagger = load()
    for name, parameter in tagger.named_parameters():
        print(name, parameter.numpy().shape)


def inspect(args):
    tokens = sentences()[: args.limit]
    print(load().emissions(tokens).numpy().shape, tokens.numpy().max())


def predict(args):
    tagger = load()
    with torch.inference_mode():
        tags = tagger.emissions(sentences())
    print(tags.numpy().argmax(-1))
