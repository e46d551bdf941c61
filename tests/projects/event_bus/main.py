import torch
from torch import nn

import listeners  # noqa: F401 (adds handlers)
from bus import bus


def train(model, steps=2):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    total = torch.zeros(())
    for step in range(steps):
        inputs = torch.randn(3, 2)
        outputs = model(inputs)
        loss = outputs.square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.detach()
        print(bus.emit("batch", step, inputs=inputs, outputs=outputs)[0])
    print(bus.emit("epoch", total / steps))
    print(bus.emit("end", model))


if __name__ == "__main__":
    torch.manual_seed(0)
    train(nn.Linear(2, 1))
