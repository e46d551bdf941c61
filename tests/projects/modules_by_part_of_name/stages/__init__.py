import importlib
import os

STAGES = {}


def stage(function):
    STAGES[function.__name__] = function
    return function


for file in sorted(os.listdir(os.path.dirname(__file__))):
    if file.endswith(".py") and not file.startswith("_"):
        importlib.import_module("stages." + file[:-3])
