import torch

from predictor import Predictor, load_predictor


def main():
    predictor = load_predictor()
    inputs = torch.randn(3, 4)
    print(predictor.after_eval(inputs).shape)
    print(predictor.from_detached_input(inputs).shape)
    print(predictor.in_inference_mode(inputs).shape)
    print(predictor.without_history(inputs).shape)
    print(predictor.converted_later(inputs).shape)
    print(predictor.weights_in_no_grad().shape)
    print(Predictor.transposed(predictor.model).shape)


if __name__ == "__main__":
    main()
