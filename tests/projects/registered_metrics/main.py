import torch
from torch import nn

from registry import build, postprocess
from tables import Prediction, to_row


def main():
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    x, y = torch.rand(4, 3), torch.rand(4, 1)
    prediction = model(x)
    for name, metric in build(["mae", "accuracy"]).items():
        print(name, metric(prediction, y))
    with torch.no_grad():
        shown = model(x)
    print(postprocess(shown).shape, postprocess(prediction).shape)
    print(to_row([prediction]), to_row(Prediction(shown, model.weight)))


if __name__ == "__main__":
    main()
