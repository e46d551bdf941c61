"""Line drawings as text: the interface of a plotting library, without one."""

import numpy as np


class Axes:
    def __init__(self):
        self.lines = []

    def plot(self, x, y=None):
        if y is None:
            x, y = range(len(x)), x
        self.lines.append((np.asarray(x), np.asarray(y)))
        return self

    def hist(self, values, bins=3):
        counts, _ = np.histogram(np.ravel(values), bins=bins)
        self.lines.append((np.arange(bins), counts))
        return self

    def render(self):
        return "\n".join(f"{len(x)} points up to {y.max():.2f}" for x, y in self.lines)
