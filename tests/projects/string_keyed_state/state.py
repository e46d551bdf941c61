"""A bag of things that parts of a program leave for each other."""


class State:
    def __init__(self, **values):
        self.__dict__.update(values)

    def put(self, name, value):
        setattr(self, name, value)

    def fetch(self, name, default=None):
        return getattr(self, name, default)


class Options:
    """Attribute access for a dictionary of options."""

    def __init__(self, options):
        for name, value in options.items():
            setattr(self, name, value)
