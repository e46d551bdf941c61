import abc


class Backend(abc.ABC):
    @abc.abstractmethod
    def write(self, step, values): ...


class ConsoleBackend(Backend):
    def write(self, step, values):
        print(step, {name: value.sum().item() for name, value in values.items()})


class ArrayBackend(Backend):
    """Keeps arrays: of what it is given."""

    def __init__(self):
        self.rows = []

    def write(self, step, values):
        self.rows.append({name: value.numpy() for name, value in values.items()})


class CleanArrayBackend(ArrayBackend):
    def write(self, step, values):
        super().write(step, {name: value.detach() for name, value in values.items()})


class HistogramBackend(Backend):
    def __init__(self, bins):
        self.bins = bins
        self.counts = None

    def write(self, step, values):
        for name, value in values.items():
            if name.startswith("weights"):
                counts = value.flatten().histc(self.bins, -1, 1)
                self.counts = counts.numpy()
