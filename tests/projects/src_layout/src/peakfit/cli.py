import argparse

import torch

from .fitting import fit, synthetic
from .peaks import PeakModel


def main():
    parser = argparse.ArgumentParser(prog="peakfit")
    parser.add_argument("--residuals", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(0)
    energies, counts = synthetic([2.0, 7.0])
    model = PeakModel([2.5, 6.5])
    fit(model, energies, counts)
    if options.residuals:
        residuals = counts - model(energies)
        print(residuals.numpy().round(2))
    else:
        print(model.centres.tolist(), model.background.numpy())


if __name__ == "__main__":
    main()
