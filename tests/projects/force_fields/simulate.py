import numpy as np
import torch

from model import Calculator, PairPotential


def relax(calculator, positions, steps=2, rate=0.01):
    for _ in range(steps):
        results = calculator.calculate(positions)
        positions = positions + rate * results["forces"]
    return positions


def main():
    rng = np.random.default_rng(0)
    positions = rng.normal(size=(4, 3)).astype(np.float32) * 2
    model = PairPotential()
    print(relax(Calculator(model), positions).shape)

    training = PairPotential().train()
    output = training(torch.from_numpy(positions))
    output["forces"].square().sum().backward()
    print(output["energy"].detach().numpy() < 1e9, output["forces"].numpy().shape)


if __name__ == "__main__":
    main()
