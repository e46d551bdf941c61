"""One training objective, reported in every shape that callers have asked for."""

import torch.nn.functional as F

from records import LossRecord, StepOutcome


def tuple_step(model, inputs, targets):
    prediction = model(inputs)
    loss = F.mse_loss(prediction, targets)
    error = (prediction.detach() - targets).abs().max()
    return loss, error


def dict_step(model, inputs, targets):
    prediction = model(inputs)
    return {
        "mse": F.mse_loss(prediction, targets),
        "mae": F.l1_loss(prediction, targets).detach(),
    }


def record_step(model, inputs, targets):
    mse = F.mse_loss(model(inputs), targets)
    penalty = model.penalty()
    return LossRecord(
        total=mse + 0.01 * penalty,
        penalty=penalty.data,
        target_mean=targets.mean(),
    )


def named_step(model, inputs, targets):
    prediction = model(inputs)
    return StepOutcome(F.mse_loss(prediction, targets), prediction)


def report_step(model, inputs, targets):
    """What goes to the log: numbers without history."""
    prediction = model(inputs)
    report = {
        "bias": (prediction - targets).mean(),
        "scale": prediction.std(),
    }
    return {name: value.detach() for name, value in report.items()}
