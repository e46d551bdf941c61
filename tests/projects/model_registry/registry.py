HEADS = {}


def register(name):
    """Make a class known under `name`."""

    def decorate(cls):
        if name in HEADS:
            raise KeyError(f"{name} is registered twice")
        HEADS[name] = cls
        return cls

    return decorate


def build(config):
    options = dict(config)
    return HEADS[options.pop("name")](**options)
