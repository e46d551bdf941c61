import torch

from layers import Encoder
from probe import collect, entropies, last_maps, rollout


def main():
    torch.manual_seed(0)
    model = Encoder()
    x = torch.randn(1, 3, 4)
    print(rollout(model.get_attention(x)).shape)
    print(last_maps(model).numpy().shape)
    loss = model(x).pow(2).mean()
    loss.backward()
    print(last_maps(model).numpy().shape)
    print(entropies(model))
    maps = collect(model, x)
    print(maps.mean(2).numpy().shape)
    print(maps.argmax(-1).numpy().shape)


if __name__ == "__main__":
    main()
