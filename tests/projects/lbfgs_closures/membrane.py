import torch

from solver import Solver


def membrane_energy(load):
    def energy(heights, tension):
        slopes = heights[1:] - heights[:-1]
        return (slopes.square().sum() * tension.square().add(1)) - (load * heights).sum()

    return energy


def main():
    torch.manual_seed(0)
    load = torch.linspace(0, 1, 5)
    heights = torch.zeros(5, requires_grad=True)
    tension = torch.ones(1, requires_grad=True)
    solver = Solver(membrane_energy(load), [heights, tension])
    value = solver.solve()
    print(len(solver.solution()), load.numpy().sum())
    print(solver.final_value(), value.detach().numpy())
    print("heights", heights.numpy().round(2))


if __name__ == "__main__":
    main()
