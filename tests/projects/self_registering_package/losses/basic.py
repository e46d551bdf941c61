from .registry import loss


@loss
def absolute(prediction):
    return prediction.abs().mean()


@loss
def count(prediction):
    return (prediction > 0).sum()
