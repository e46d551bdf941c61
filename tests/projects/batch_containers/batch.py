import torch


class Batch:
    """Fields of equal length, with the habits of a dictionary and of a tensor."""

    def __init__(self, **fields):
        object.__setattr__(self, "fields", fields)

    def __getattr__(self, name):
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name, value):
        self.fields[name] = value

    def __getitem__(self, key):
        if isinstance(key, str):
            return self.fields[key]
        return Batch(**{name: value[key] for name, value in self.fields.items()})

    def __len__(self):
        return len(next(iter(self.fields.values())))

    def __iter__(self):
        return (self[index] for index in range(len(self)))

    def detach(self):
        return Batch(**{name: value.detach() for name, value in self.fields.items()})

    @staticmethod
    def cat(batches):
        names = batches[0].fields
        return Batch(**{n: torch.cat([batch[n] for batch in batches]) for n in names})
