def export(values):
    return [row.numpy() for row in values]
