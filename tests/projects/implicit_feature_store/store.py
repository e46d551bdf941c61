import numpy as np


class FeatureStore:
    """Rows of a fixed width in one preallocated array."""

    def __init__(self, rows, width):
        self.rows = np.zeros((rows, width), dtype=np.float32)
        self.used = 0

    def add(self, features):
        count = len(features)
        self.rows[self.used : self.used + count] = features
        self.used += count

    def nearest(self, query):
        distances = np.linalg.norm(self.rows[: self.used] - np.asarray(query), axis=1)
        return int(distances.argmin())
