from torch.nn import functional as F


def bpr_loss(model, users, liked, ignored):
    difference = model.score(users, liked) - model.score(users, ignored)
    return -F.logsigmoid(difference).mean()
