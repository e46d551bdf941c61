import importlib


def exporter(kind):
    return importlib.import_module(f".{kind}", __name__).export
