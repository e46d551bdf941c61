import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))

    def forward(self, x):
        return self.layers(x).softmax(-1)


class Service:
    def __init__(self, model):
        self.model = model.eval()

    def answer(self, request):
        return self.model(request).numpy()

    def answer_in_worker(self, request):
        probabilities = self.model(request)
        return probabilities.numpy()

    def guarded_answer(self, request):
        with torch.inference_mode():
            return self.model(request).numpy()
