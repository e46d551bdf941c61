def score(model, batch, detach=False):
    values = model(batch).squeeze(-1)
    if detach:
        return values.detach().numpy()
    return values.numpy()


def normalise(batch):
    centred = batch - batch.mean(0)
    return (centred / centred.std(0)).numpy()


def summarise(items, key):
    """`key` of each item, as one array per item."""
    return [_array(key(item)) for item in items]


def _array(value):
    if value.dim() == 0:
        value = value.unsqueeze(0)
    return value.numpy()
