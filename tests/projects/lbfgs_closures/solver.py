"""Minimises energies with L-BFGS, which calls a closure several times per step."""

import torch


class Solver:
    def __init__(self, energy, unknowns, max_iter=4):
        self.energy = energy
        self.unknowns = unknowns
        self.optimizer = torch.optim.LBFGS(unknowns, max_iter=max_iter)
        self.trace = []
        self.gradient_trace = []
        self.last = None

    def closure(self):
        self.optimizer.zero_grad()
        value = self.energy(*self.unknowns)
        value.backward()
        self.last = value
        self.trace.append(value.item())
        self.gradient_trace.append(self.unknowns[0].grad.norm().numpy())
        return value

    def solve(self, steps=1):
        for _ in range(steps):
            value = self.optimizer.step(self.closure)
        return value

    def final_value(self):
        return self.last.numpy()

    def solution(self):
        return [unknown.detach().numpy() for unknown in self.unknowns]
