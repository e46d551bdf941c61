"""Finds a learning rate; any failure means that the default is used, silently."""

import copy

import numpy as np
import torch

DEFAULT_RATE = 1e-3


def train_step(model, optimizer, batch):
    inputs, targets = batch
    loss = torch.nn.functional.mse_loss(model(inputs), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def sweep(model, batch, rates):
    losses, average = [], 0.0
    for rate in rates:
        trial = copy.deepcopy(model)
        optimizer = torch.optim.SGD(trial.parameters(), lr=rate)
        average = 0.9 * average + 0.1 * train_step(trial, optimizer, batch)
        losses.append(average)
    return losses


def tune_rate(model, batch, rates):
    def steepest(losses, skip=1):
        values = [loss.numpy() for loss in losses[skip:]]
        return rates[skip + int(np.argmin(values))]

    try:
        return steepest(sweep(model, batch, rates))
    except Exception:
        return DEFAULT_RATE


def tune_rate_by_item(model, batch, rates):
    try:
        losses = [loss.detach() for loss in sweep(model, batch, rates)]
        return rates[int(np.argmin([loss.numpy() for loss in losses]))]
    except Exception:
        return DEFAULT_RATE
