import torch

from model import Regressor
from steps import (
    dict_step,
    named_step,
    record_step,
    report_step,
    tuple_step,
)


def main():
    torch.manual_seed(0)
    model = Regressor(3)
    inputs, targets = torch.randn(8, 3), torch.randn(8, 1)

    loss, error = tuple_step(model, inputs, targets)
    print("tuple", loss.numpy(), error.numpy())

    losses = dict_step(model, inputs, targets)
    print("mse", losses["mse"].numpy())
    print("mae", losses["mae"].numpy())

    record = record_step(model, inputs, targets)
    print("record", record.total.numpy())
    print("penalty", record.penalty.numpy())
    print("target", record.target_mean.numpy())

    outcome = named_step(model, inputs, targets)
    print("named", outcome.loss.detach().numpy())
    print("prediction", outcome.prediction.numpy())
    first, _ = outcome
    print("unpacked", first.numpy())

    report = report_step(model, inputs, targets)
    for name, value in report.items():
        print(name, value.numpy())


if __name__ == "__main__":
    main()
