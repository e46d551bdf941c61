def export(values):
    return values.detach().sum().numpy()
