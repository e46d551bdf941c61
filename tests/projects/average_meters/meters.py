class AverageMeter:
    """Computes and stores the average and current value."""

    def __init__(self, name):
        self.name = name
        self.reset()

    def reset(self):
        self.val = 0
        self.avg = 0
        self.sum = 0
        self.count = 0

    def update(self, val, n=1):
        self.val = val
        self.sum += val * n
        self.count += n
        self.avg = self.sum / self.count


class MeterGroup:
    def __init__(self, *names):
        self.meters = {name: AverageMeter(name) for name in names}

    def __getitem__(self, name):
        return self.meters[name]
