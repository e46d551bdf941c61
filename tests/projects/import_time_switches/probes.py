def spread(values):
    return values.std().numpy()


def centre(values):
    return values.mean().numpy()


def loudest(values):
    return values.amax().numpy()
