class Labelled:
    """A tensor with names for its axes. `numpy` is this class's own, and detaches."""

    def __init__(self, tensor, axes):
        self.tensor = tensor
        self.axes = axes

    def mean(self, axis):
        index = self.axes.index(axis)
        rest = [name for name in self.axes if name != axis]
        return Labelled(self.tensor.mean(index), rest)

    def numpy(self):
        return self.tensor.detach().cpu().numpy()

    @property
    def values(self):
        return self.tensor


class Raw(Labelled):
    def numpy(self):
        return self.tensor.numpy()
