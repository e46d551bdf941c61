"""Every caller of `predict` holds no_grad; what is converted on the way there is another matter."""

import torch
from torch import nn

from inference import predict, weight_norms


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 6, batch_first=True)
        self.out = nn.Linear(6, 1)

    def forward(self, series):
        states, _ = self.lstm(series)
        return self.out(states[:, -1])


def validate(model, series):
    with torch.no_grad():
        return predict(model, series).mean()


@torch.no_grad()
def forecast(model, series, steps):
    values = []
    for _ in range(steps):
        values.append(predict(model, series))
    return values


def sweep(models, series):
    previous = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    scores = [predict(model, series).max() for model in models]
    torch.set_grad_enabled(previous)
    return scores


def main():
    torch.manual_seed(0)
    model, series = Forecaster(), torch.randn(3, 7, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model(series).pow(2).mean().backward()
    optimizer.step()
    print(weight_norms(model))
    print(validate(model, series), len(forecast(model, series, 2)))
    print(sweep([model, Forecaster()], series))


if __name__ == "__main__":
    main()
