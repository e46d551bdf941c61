import torch

from predictors import BayesianPredictor, ConstantPredictor, NeuralPredictor


def main():
    torch.manual_seed(0)
    features, targets = torch.randn(5, 3), torch.randn(5)
    for predictor in (ConstantPredictor(0.5), NeuralPredictor(3), BayesianPredictor(3)):
        print(type(predictor).__name__, predictor.predict(features).shape)
        print(predictor.predict_interval(features)[0].shape)
        print(predictor.residuals(features, targets).std())


if __name__ == "__main__":
    main()
