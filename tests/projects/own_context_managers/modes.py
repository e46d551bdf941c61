from contextlib import contextmanager

import torch


@contextmanager
def evaluating(model):
    """Switch dropout and batch norm to evaluation, and back."""
    was_training = model.training
    model.eval()
    try:
        yield model
    finally:
        model.train(was_training)


@contextmanager
def frozen_evaluation(model):
    """`evaluating`, and no history."""
    with evaluating(model), torch.no_grad():
        yield model


class Inference:
    """The same as a class, for callers that nest it by hand."""

    def __enter__(self):
        self.guard = torch.no_grad()
        self.guard.__enter__()
        return self

    def __exit__(self, *details):
        return self.guard.__exit__(*details)
