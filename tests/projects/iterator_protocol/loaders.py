import torch


class Prefetcher:
    """Moves the next batch while the present one is used."""

    def __init__(self, batches, transform=None):
        self.batches = batches
        self.transform = transform

    def __iter__(self):
        self.source = iter(self.batches)
        self.following = self._load()
        return self

    def _load(self):
        batch = next(self.source, None)
        if batch is not None and self.transform is not None:
            batch = self.transform(batch)
        return batch

    def __next__(self):
        batch = self.following
        if batch is None:
            raise StopIteration
        self.following = self._load()
        return batch


def progress(iterable, total=None):
    for count, item in enumerate(iterable, start=1):
        if count == total:
            print("done")
        yield item


def make_batches(count=2):
    return [torch.rand(2, 3) for _ in range(count)]
