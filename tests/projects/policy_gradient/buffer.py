import torch


class RolloutBuffer:
    """What happened since the last update."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.actions, self.log_probs, self.values = [], [], []

    def add(self, action, log_prob, value):
        self.actions.append(action)
        self.log_probs.append(log_prob)
        self.values.append(value)

    def statistics(self):
        return {
            "actions": torch.stack(self.actions).numpy(),
            "log_probs": torch.stack(self.log_probs).numpy(),
            "values": torch.stack(self.values).numpy(),
        }
