import torch


class SignSGD(torch.optim.Optimizer):
    """Follows the sign of the gradient; notes how far it went."""

    def __init__(self, parameters, lr=0.01):
        super().__init__(parameters, {"lr": lr})
        self.moves = []

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                parameter.sub_(group["lr"] * parameter.grad.sign())
                self.moves.append(parameter.norm().numpy())


class WeightLog:
    """Remembers weights after each step of an optimizer it is attached to."""

    def __init__(self):
        self.norms, self.gradients, self.snapshots = [], [], []

    def attach(self, optimizer):
        optimizer.register_step_post_hook(self.after_step)

    def after_step(self, optimizer, args, kwargs):
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                self.norms.append(parameter.norm())
                self.gradients.append(parameter.grad.norm())
                self.snapshots.append(parameter.detach().clone())

    def norm_arrays(self):
        return [norm.numpy() for norm in self.norms]

    def gradient_arrays(self):
        return [norm.numpy() for norm in self.gradients]

    def last_snapshot(self):
        return self.snapshots[-1].numpy()
