from torch import nn


def running_statistics(model):
    found = {}
    for name, module in model.named_modules():
        if isinstance(module, nn.BatchNorm1d):
            found[name] = module.running_mean.numpy(), module.running_var.numpy()
    return found


def largest_weights(model):
    found = {}
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear):
            found[name] = module.weight.abs().max().numpy()
    return found


def weight_histograms(model, bins=3):
    found = {}
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            found[name] = parameter.detach().flatten().histc(bins).numpy()
    return found


def gradients(model):
    return {n: p.grad.numpy() for n, p in model.named_parameters() if p.grad is not None}


def first_and_last(model):
    first, *_, last = model.children()
    return first.weight.numpy(), last.bias.data.numpy()


def initialise(module):
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
