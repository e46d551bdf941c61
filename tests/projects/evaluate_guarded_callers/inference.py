def predict(model, series):
    model.eval()
    output = model(series)
    return output.squeeze(-1).cpu().numpy()


def weight_norms(model):
    """Norm of each weight, for the log."""
    norms = {}
    for name, parameter in model.named_parameters():
        if "bias" in name:
            norms[name] = parameter.data.norm().numpy()
        else:
            norms[name] = parameter.norm().numpy()
    return norms
