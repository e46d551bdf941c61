class MetricCollection:
    def __init__(self, metrics):
        self.metrics = list(metrics)

    def update(self, logits, labels):
        for metric in self.metrics:
            metric.update(logits, labels)

    def compute(self):
        return {metric.name: metric.compute() for metric in self.metrics}
