import torch

from stack import Stack, sequence

CONFIGS = {
    "none": {"count": 0},
    "explicit": {"layers": [{"output_size": 4}, {"output_size": 3}]},
}


def run(name, x):
    return Stack(3, **CONFIGS[name])(x)


def main():
    torch.manual_seed(0)
    x = torch.rand(2, 3)
    print(Stack(3, None, 0)(x).numpy())
    print(run("none", x).numpy())
    print(sequence([3])(x).numpy())
    print(Stack(3, count=0, norm="layer")(x).numpy())
    print(run("explicit", x).numpy())
    print(sequence([3, 2])(x).numpy())
    print(Stack(3, count=2, output_size=3, residual=True)(x).numpy())


if __name__ == "__main__":
    main()
