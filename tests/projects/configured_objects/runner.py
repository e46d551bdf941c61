import torch


class Runner:
    """Runs a model over batches, the way its options say."""

    def __init__(self, model, quiet=False, detach=False):
        self.model = model
        self.quiet = quiet
        self.detach = detach

    def run(self, batches):
        with torch.set_grad_enabled(not self.quiet):
            return torch.cat([self.one(batch) for batch in batches])

    def one(self, batch):
        output = self.model(batch)
        if self.detach:
            return output.detach()
        return output


def make_runner(model, purpose):
    if purpose == "evaluation":
        return Runner(model, quiet=True)
    if purpose == "logging":
        return Runner(model, detach=True)
    return Runner(model)
