from engine import Engine


class ReportingEngine(Engine):
    """Adds a report that is written when an epoch ends."""

    def __init__(self, model, path):
        super().__init__(model)
        self.path = path

    def write(self):
        rows = zip(self.residuals(), self.positives(), strict=True)
        with open(self.path, "w") as handle:
            for residual, positive in rows:
                handle.write(f"{residual:.3f},{positive:.3f}\n")

    def residuals(self):
        difference = self.outputs - self.targets
        return difference.flatten().numpy()

    def positives(self):
        return self.scores.flatten().numpy()

    def target_range(self):
        low, high = self.targets.min(), self.targets.max()
        return low.numpy(), high.numpy()
