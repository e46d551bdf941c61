from backends import ArrayBackend, CleanArrayBackend, ConsoleBackend, HistogramBackend

BACKENDS = {
    "console": ConsoleBackend,
    "array": ArrayBackend,
    "clean": CleanArrayBackend,
    "histogram": lambda: HistogramBackend(bins=4),
}


class Logger:
    def __init__(self, *names):
        self.backends = [BACKENDS[name]() for name in names]
        self.step = 0

    def log(self, values=None, **more):
        values = {**(values or {}), **more}
        for backend in self.backends:
            backend.write(self.step, values)
        self.step += 1

    def log_scalars(self, prefix, scalars):
        self.log({f"{prefix}/{name}": value for name, value in scalars.items()})
