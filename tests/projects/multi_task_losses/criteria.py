import torch
from torch import nn


class UncertaintyWeighting(nn.Module):
    """Weighs the losses of several tasks by uncertainties that are learnt, too."""

    def __init__(self, tasks):
        super().__init__()
        self.tasks = list(tasks)
        self.log_variances = nn.Parameter(torch.zeros(len(self.tasks)))

    def forward(self, losses):
        weights = torch.exp(-self.log_variances)
        parts = {task: weights[i] * losses[task] for i, task in enumerate(self.tasks)}
        total = sum(parts.values()) + 0.5 * self.log_variances.sum()
        return total, parts

    @property
    def sigmas(self):
        return (0.5 * self.log_variances).exp()

    def fixed_sigmas(self):
        return torch.exp(0.5 * self.log_variances.detach())
