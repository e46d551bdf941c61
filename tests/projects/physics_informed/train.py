import torch

from network import Displacement, derivative, residual
from plots import phase_portrait, residual_curve, velocity_curve


def main():
    torch.manual_seed(0)
    model = Displacement()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    times = torch.linspace(0, 1, 6).unsqueeze(1).requires_grad_()
    for _ in range(2):
        loss = residual(model, times).square().mean() + (model(times)[0] - 1).square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(len(residual_curve(model, times)))
    print(velocity_curve(model, times).shape)
    print(phase_portrait(model, times)[0].shape)
    print("slope", derivative(model(times), times, keep_graph=False).numpy().shape)


if __name__ == "__main__":
    main()
