import torch
from torch import nn

from losses import combine, make_loss, quiet, weighted


def report(name, value):
    print(name, round(float(value.numpy()), 4))


def report_error(value):
    print("error", round(float(value.numpy()), 4))


def main():
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    inputs, targets = torch.randn(6, 2), torch.randn(6, 1)
    objective = combine(
        weighted(make_loss("mse"), 0.5), weighted(make_loss("huber", delta=0.5), 0.1)
    )
    prediction = model(inputs)
    objective(prediction, targets).backward()
    report("hits", make_loss("hits", within=0.5)(prediction, targets))
    report("quiet", quiet(make_loss("mse"))(model(inputs), targets))
    report_error(weighted(make_loss("mse"), 2.0)(prediction, targets))
    print([part.detach().numpy() for part in objective.parts])
    print(objective.parts[0].numpy())


if __name__ == "__main__":
    main()
