import torch

from features import ActivationRecorder, attention_of
from network import TinyTransformer


def main():
    torch.manual_seed(0)
    network = TinyTransformer()
    tokens = torch.randint(0, 10, (2, 5))
    with ActivationRecorder(network, ["embed", "block.norm"]) as recorder:
        network(tokens).sum().backward()
    for name in recorder.live:
        print(name, recorder.as_array(name).shape)
    for name, stored in recorder.stored.items():
        print(name, stored.numpy().mean())
    print(attention_of(network, tokens).shape)


if __name__ == "__main__":
    main()
