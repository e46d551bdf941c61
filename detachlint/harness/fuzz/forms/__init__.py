"""Every form there is. Importing this package registers them all."""

from detachlint.harness.fuzz.forms import (
    autograd,
    classes,
    containers,
    coroutines,
    crossings,
    exceptions,
    flow,
    functions,
    implicit,
    iteration,
    modes,
    modules,
    surroundings,
    values,
    writes,
)

__all__ = [
    "autograd",
    "classes",
    "containers",
    "coroutines",
    "crossings",
    "exceptions",
    "flow",
    "functions",
    "implicit",
    "iteration",
    "modes",
    "modules",
    "surroundings",
    "values",
    "writes",
]
