import torch


def predictions(model, loader):
    """Yields the output for each batch, for whoever wants to go through a long data set."""
    model.eval()
    for batch in loader:
        yield model(batch)


@torch.no_grad()
def quiet_predictions(model, loader):
    model.eval()
    for batch in loader:
        yield model(batch)


def windows(signal, size):
    for start in range(0, len(signal) - size + 1, size):
        yield signal[start : start + size]


def as_arrays(tensors):
    for tensor in tensors:
        yield tensor.numpy()


def all_of(*streams):
    for stream in streams:
        yield from stream
