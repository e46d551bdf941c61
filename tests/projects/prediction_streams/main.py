import torch
from torch import nn

from streams import all_of, as_arrays, predictions, quiet_predictions, windows


def main():
    torch.manual_seed(0)
    signal = torch.sin(torch.linspace(0, 6, 12))
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1))

    for output in quiet_predictions(model, windows(signal, 4)):
        print("quiet", output.numpy().shape)
    for output in predictions(model, windows(signal, 4)):
        print("first", output.detach().numpy().shape, output.numpy().shape)
    print("windows", [window.numpy().max() for window in windows(signal, 6)])

    total = sum(array.sum() for array in as_arrays(predictions(model, windows(signal, 4))))
    print("total", total)
    both = all_of(windows(signal, 4), quiet_predictions(model, windows(signal, 4)))
    print("both", [len(part.numpy()) for part in both])


if __name__ == "__main__":
    main()
