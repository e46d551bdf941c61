import torch
from torch import nn

from evaluators import CarefulEvaluator, LabelEvaluator, RegressionEvaluator
from measures import LABELS, REGRESSION


def main():
    torch.manual_seed(0)
    inputs = torch.randn(5, 3)
    regressor, classifier = nn.Linear(3, 1), nn.Linear(3, 2)
    print(RegressionEvaluator(REGRESSION)(regressor(inputs), torch.randn(5)))
    print(LabelEvaluator(LABELS)(classifier(inputs), torch.randint(2, (5,))))
    print(CarefulEvaluator(REGRESSION)(regressor(inputs), torch.randn(5, 1)))


if __name__ == "__main__":
    main()
