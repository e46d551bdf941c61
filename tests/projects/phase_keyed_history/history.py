from collections import OrderedDict, defaultdict


class History:
    """Values by "phase/name"."""

    def __init__(self):
        self.values = defaultdict(list)

    def log(self, phase, **values):
        for name, value in values.items():
            self.values[f"{phase}/{name}"].append(value)

    def last(self, phase, name):
        return self.values[phase + "/" + name][-1]

    def table(self):
        return OrderedDict((key, len(values)) for key, values in sorted(self.values.items()))
