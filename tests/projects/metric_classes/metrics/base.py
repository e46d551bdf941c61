class Metric:
    name = "metric"

    def __init__(self):
        self.reset()

    def reset(self):
        self.collected = []

    def update(self, logits, labels):
        raise NotImplementedError

    def compute(self):
        raise NotImplementedError
