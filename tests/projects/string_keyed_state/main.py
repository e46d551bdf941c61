import torch
from torch import nn

from state import Options, State
from writers import write_images, write_loss, write_rate, write_targets

OPTIONS = {"rate": 0.1, "steps": 2, "prior": torch.zeros(2)}


def main():
    options = Options(OPTIONS)
    torch.manual_seed(0)
    decoder = nn.Linear(2, 4)
    images = torch.rand(3, 4)
    state = State(decoder=decoder, images=images, rate=torch.tensor(options.rate))
    codes = nn.Parameter(options.prior.repeat(3, 1))
    optimizer = torch.optim.SGD([codes, *decoder.parameters()], lr=options.rate)
    for _ in range(options.steps):
        decoded = state.decoder(codes)
        loss = (decoded - state.images).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        state.put("decoded", decoded)
        state.put("loss", loss.detach())
    write_images(state)
    write_targets(state)
    write_loss(state)
    write_rate(state)
    print(options.prior.numpy(), codes.grad.numpy().shape)


if __name__ == "__main__":
    main()
