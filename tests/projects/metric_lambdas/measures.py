REGRESSION = {
    "rmse": lambda p, t: ((p - t) ** 2).mean() ** 0.5,
    "bias": lambda p, t: (p - t).mean(),
}
LABELS = {"accuracy": lambda p, t: (p == t).mean()}
