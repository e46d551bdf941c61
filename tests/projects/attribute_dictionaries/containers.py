from types import SimpleNamespace


class AttrDict(dict):
    """A dictionary whose keys are attributes, too."""

    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


class EasyDict(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name, value):
        self[name] = value


def summary(loss, output):
    return SimpleNamespace(loss=loss, shape=output.shape, output=output.detach())
