import torch
from torch import nn

from handlers import Handlers, QuietHandlers


def main():
    torch.manual_seed(0)
    model, inputs = nn.Linear(2, 2), torch.rand(3, 2)
    quiet, handlers = QuietHandlers(), Handlers()
    outputs = model(inputs)
    loss = outputs.square().mean()
    for name, value in {"inputs": inputs, "outputs": outputs, "loss": loss}.items():
        quiet.dispatch(name, value)
    handlers.dispatch("inputs", inputs)
    handlers.dispatch("labels", outputs)
    handlers.dispatch("outputs", outputs)
    print(len(quiet.rows), len(handlers.rows))


if __name__ == "__main__":
    main()
