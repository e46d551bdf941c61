import torch

from meters import MetricLogger, SmoothedValue


def reduce_dict(losses):
    with torch.no_grad():
        names = sorted(losses)
        values = torch.stack([losses[name] for name in names])
        return dict(zip(names, values, strict=True))


def train_one_epoch(model, criterion, loader, optimizer):
    model.train()
    logger = MetricLogger()
    logger.add_meter("raw", SmoothedValue(keep_raw=True))
    logger.add_meter("reduced", SmoothedValue(keep_raw=True))
    for inputs, targets in logger.log_every(loader, 1, "train"):
        losses = criterion(model(inputs), targets)
        reduced = reduce_dict(losses)
        loss = sum(losses.values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        logger.update(loss=loss, raw=loss, **reduced)
        logger.update(reduced=sum(reduced.values()))
    return logger


@torch.inference_mode()
def evaluate(model, criterion, loader):
    model.eval()
    logger = MetricLogger()
    logger.add_meter("raw", SmoothedValue(keep_raw=True))
    for inputs, targets in logger.log_every(loader, 2, "eval"):
        losses = criterion(model(inputs), targets)
        logger.update(loss=sum(losses.values()), raw=sum(losses.values()))
    return logger
