import torch

from networks import MLP


def load_predictor():
    torch.manual_seed(0)
    model = MLP(4, 2)
    model.load_state_dict(MLP(4, 2).state_dict())
    return Predictor(model.eval())


class Predictor:
    def __init__(self, model):
        self.model = model

    def after_eval(self, inputs):
        self.model.eval()
        self.model.train(False)
        return self.model(inputs).numpy()

    def from_detached_input(self, inputs):
        output = self.model(inputs.detach())
        return output.cpu().numpy()

    @torch.inference_mode()
    def in_inference_mode(self, inputs):
        return self.model(inputs).cpu().numpy()

    def without_history(self, inputs):
        with torch.no_grad():
            output = self.model(inputs)
        return output.numpy()

    def converted_later(self, inputs):
        output = self.model(inputs)
        with torch.no_grad():
            return output.numpy()

    def weights_in_no_grad(self):
        with torch.no_grad():
            doubled = self.model.first.weight * 2
        return doubled.numpy()

    @staticmethod
    def transposed(model):
        with torch.no_grad():
            view = model.first.weight.t()
        return view.numpy()
