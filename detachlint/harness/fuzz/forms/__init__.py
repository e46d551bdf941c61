"""Every form there is. Importing this package registers them all."""

from detachlint.harness.fuzz.forms import (
    autograd,
    classes,
    containers,
    crossings,
    exceptions,
    flow,
    functions,
    iteration,
    modes,
    modules,
    values,
    writes,
)

__all__ = [
    "autograd",
    "classes",
    "containers",
    "crossings",
    "exceptions",
    "flow",
    "functions",
    "iteration",
    "modes",
    "modules",
    "values",
    "writes",
]
