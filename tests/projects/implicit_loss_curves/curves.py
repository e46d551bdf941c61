import numpy as np


def smoothed(values, width):
    return np.convolve(np.asarray(values), np.ones(width) / width, mode="valid")


class Curve:
    def __init__(self, title):
        self.title = title
        self.points = []

    def extend(self, points):
        self.points.extend(points)
        return self

    def total(self):
        return float(np.sum([float(point) for point in self.points]))

    def last(self):
        return np.array(self.points)[-1]
