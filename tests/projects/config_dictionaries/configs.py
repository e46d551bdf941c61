DEFAULTS = {
    "model": {"hidden": 8, "activation": "tanh", "outputs": 2},
    "report": {"as_numpy": True, "detach": False},
    "quiet_report": {"as_numpy": True, "detach": True},
}


def merged(**changes):
    config = {key: dict(value) for key, value in DEFAULTS.items()}
    for key, value in changes.items():
        config[key].update(value)
    return config
