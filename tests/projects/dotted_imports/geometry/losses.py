def spread(points):
    return points.var(0).sum()


def value_of(loss):
    return round(float(loss.numpy()), 3)
