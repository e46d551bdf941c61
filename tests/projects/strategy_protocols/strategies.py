import torch


class Greedy:
    name = "greedy"

    def select(self, logits):
        return logits.argmax(-1)


class Sampled:
    name = "sampled"

    def __init__(self, temperature):
        self.temperature = temperature

    def select(self, logits):
        probs = (logits / self.temperature).softmax(-1)
        return torch.multinomial(probs, 1).squeeze(-1)


class Mean:
    name = "mean"

    def select(self, logits):
        return logits.softmax(-1) @ torch.arange(4.0)
