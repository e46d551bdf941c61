def gram(features):
    centred = features - features.mean(0, keepdim=True)
    return centred @ centred.T


def cka(first, second):
    a, b = gram(first), gram(second)
    return ((a * b).sum() / (a.norm() * b.norm())).cpu()


def as_rows(store):
    return [store[name].flatten(1).cpu().numpy() for name in store.activations]
