import importlib


def locate(target):
    module, _, name = target.rpartition(".")
    return getattr(importlib.import_module(module), name)


def instantiate(config, **extra):
    """Builds what `_target_` names from the other entries."""
    options = {key: value for key, value in config.items() if key != "_target_"}
    return locate(config["_target_"])(**options, **extra)
