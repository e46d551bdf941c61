from contextlib import ExitStack, nullcontext

import torch


def run_epoch(model, batches, optimizer=None):
    """With an optimizer: training. Without: evaluation. Returns all outputs."""
    training = optimizer is not None
    context = nullcontext() if training else torch.no_grad()
    outputs = []
    with context:
        for inputs, targets in batches:
            output = model(inputs)
            if training:
                optimizer.zero_grad()
                (output - targets).square().mean().backward()
                optimizer.step()
            outputs.append(output)
    return torch.cat(outputs)


def predict(model, inputs, deterministic=True, quiet=True):
    with ExitStack() as stack:
        if quiet:
            stack.enter_context(torch.no_grad())
        if deterministic:
            stack.callback(model.train, model.training)
            model.eval()
        return model(inputs)
