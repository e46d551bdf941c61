"""Turns a checkpoint into plain arrays, in three ways that other tools expect."""

from checkpoints import load, save
from network import ConvNet


def from_state_dict(model):
    return {name: value.numpy() for name, value in model.state_dict().items()}


def from_parameters(model):
    arrays = {}
    for name, parameter in model.named_parameters():
        arrays[name] = parameter.cpu().numpy()
    for name, buffer in model.named_buffers():
        arrays[name] = buffer.cpu().numpy()
    return arrays


def fused(model):
    """Batch norm folded into the convolution before it."""
    norm = model.norm
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    shift = norm.bias - norm.running_mean * scale
    kernel = model.conv.weight * scale.reshape(-1, 1, 1, 1)
    return kernel.detach().numpy(), shift.numpy(), norm.running_mean.numpy()


def main():
    model = ConvNet()
    steps = load(model, save(ConvNet()))
    print(len(from_state_dict(model)), len(from_parameters(model)), len(fused(model)))
    print("steps", int(steps))


if __name__ == "__main__":
    main()
