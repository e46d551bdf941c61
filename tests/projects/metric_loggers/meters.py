import time
from collections import defaultdict, deque

import torch


class SmoothedValue:
    """Keeps the last values and the sum of all."""

    def __init__(self, window_size=20, keep_raw=False):
        self.deque = deque(maxlen=window_size)
        self.total = 0.0
        self.count = 0
        self.keep_raw = keep_raw
        self.raw = []

    def update(self, value, n=1):
        if self.keep_raw:
            self.raw.append(value)
        if isinstance(value, torch.Tensor):
            value = value.item()
        self.deque.append(value)
        self.count += n
        self.total += value * n

    @property
    def median(self):
        return torch.tensor(list(self.deque)).median().numpy()

    @property
    def last(self):
        return self.raw[-1].numpy()

    @property
    def global_avg(self):
        return self.total / self.count


class MetricLogger:
    def __init__(self, delimiter="  "):
        self.meters = defaultdict(SmoothedValue)
        self.delimiter = delimiter

    def add_meter(self, name, meter):
        self.meters[name] = meter

    def update(self, **kwargs):
        for name, value in kwargs.items():
            self.meters[name].update(value)

    def __getattr__(self, name):
        if name in self.meters:
            return self.meters[name]
        raise AttributeError(name)

    def log_every(self, iterable, print_freq, header=""):
        start = time.time()
        for step, item in enumerate(iterable):
            yield item
            if step % print_freq == 0:
                print(header, step, self.loss.median, time.time() - start > 0)
