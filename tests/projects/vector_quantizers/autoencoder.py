from torch import nn


class VQVAE(nn.Module):
    def __init__(self, quantizer, size):
        super().__init__()
        self.encode = nn.Linear(3, size)
        self.quantizer = quantizer
        self.decode = nn.Linear(size, 3)

    def forward(self, x):
        quantized, loss, info = self.quantizer(self.encode(x))
        return self.decode(quantized), loss, info

    def embed(self, x):
        return self.quantizer(self.encode(x))[0]
