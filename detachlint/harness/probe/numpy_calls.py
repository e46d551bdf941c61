"""What to call NumPy with: arrays and numbers, for each of which a tensor is put in."""

from __future__ import annotations

import copy
import inspect
import io
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np

Arguments: TypeAlias = "tuple[Any, ...]"

V = np.array([0.2, 0.4, 0.6])
M = np.array([[0.5, 0.1, 0.1], [0.1, 0.6, 0.1], [0.1, 0.1, 0.7]])
S = 0.5
P = np.array([0.2, 0.3, 0.5])
"""Probabilities: they sum up to one."""
ROW = np.zeros((1, 3), dtype=int)
"""Indices into the first dimension of a matrix, one for each column."""

NAMESPACES = ("numpy", "numpy.fft", "numpy.linalg", "numpy.random", "numpy.testing")

_HARMFUL = {
    *("fromfile", "fromregex", "genfromtxt", "load", "loadtxt", "memmap", "test", "show_config"),
    *("seterr", "seterrcall", "setbufsize", "set_printoptions", "show_runtime", "info", "seed"),
    *(
        "set_state",
        "break_cycles",
        "check_support_sve",
        "runstring",
        "rundocs",
        "print_assert_equal",
    ),
    *("printoptions", "tempdir", "temppath", "bmat", "run_threaded"),
    *("measure", "memusage", "jiffies", "suppress_warnings", "set_bit_generator"),
}
"""They touch files, settings, the terminal or other threads."""

GENERIC: Sequence[Arguments] = (
    *((V,), (M,), (V, V), (M, M), (M, V), (V, S), (V, 1), (M, 0), (M, 1), (V, V, V)),
    *(([V, V],), ([M, M],), (S,), (S, S), (S, S, 3), (S, S, S), (S, V, V), (3, S), ((2, 2), S)),
    *((V, [0, 1]), (V, [0, 1], S), (V > 0.3, V), (V, V > 0.3), (V > 0.3, V, V), (M, 0, 1)),
    *((V, S, 1), (V, (3, 1)), (V, V, V, V), (V, S, S), ("ij->ji", M), (0, [V, V]), (4, S, 1)),
    *((), (3,), ((2, 2),), (3, 3)),
)
"""Argument lists that fit some function; the first few that a function accepts are used."""

_METHOD: Sequence[Arguments] = (
    *(
        (V,),
        (M,),
        (V, V),
        (V, S),
        (V, S, S),
        (V, 0),
        (M, 0),
        (M, 0, 1),
        (V, [0, 1]),
        (V, [0, 1], V[:2]),
    ),
    *((V, 0, S), (V, (3, 1)), (V, V > 0.3), (V.astype(int), [V, V, V]), (V, np.float32)),
)
"""The same for methods: the first argument is the array."""

_BINARY = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"),
    *("eq", "ne", "lt", "le", "gt", "ge"),
)


def functions() -> dict[str, Callable[..., Any]]:
    """The public functions of NumPy, its scalar types and the methods of arrays, by name."""
    found = dict(_public())
    found.update(_methods())
    found.update(_operators())
    found.update(_objects())
    return dict(sorted(found.items()))


def argument_lists(name: str) -> Sequence[Arguments]:
    """Argument lists worth trying for `name`."""
    return _BY_HAND.get(name) or _receiver_lists(name) or GENERIC


def _public() -> Iterator[tuple[str, Callable[..., Any]]]:
    for namespace in NAMESPACES:
        module = np if namespace == "numpy" else getattr(np, namespace.partition(".")[2])
        for attribute, value in vars(module).items():
            is_type = inspect.isclass(value) and not issubclass(value, np.generic)
            if attribute.startswith("_") or attribute in _HARMFUL or is_type:
                continue
            if callable(value):
                yield f"{namespace}.{attribute}", value


def _objects() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Classes whose objects are called, or have methods, that take arrays; and these methods."""
    yield "numpy.ndarray", np.ndarray
    yield "numpy.vectorize", np.vectorize
    yield "numpy.vectorize.__call__", lambda made, *given: made(*given)
    yield "numpy.random.RandomState", np.random.RandomState
    for kind, made in GENERATORS.items():
        for attribute in dir(made):
            is_plain = not attribute.startswith("_") and attribute not in _HARMFUL
            if is_plain and callable(getattr(made, attribute)):
                yield f"{kind}.{attribute}", _method(made, attribute)


OBJECTS: Mapping[str, type] = {
    "numpy.random.Generator": np.random.Generator,
    "numpy.random.RandomState": np.random.RandomState,
    "numpy.vectorize": np.vectorize,
}
"""Classes whose methods get rows."""
GENERATORS: Mapping[str, Any] = {
    "numpy.random.Generator": np.random.default_rng(0),
    "numpy.random.RandomState": np.random.RandomState(0),
}


def _method(made: Any, attribute: str) -> Callable[..., Any]:
    """The method as a function of the receiver and its arguments, under the names that it has."""

    def call(receiver: Any, *given: Any) -> Any:
        return getattr(receiver, attribute)(*given)

    with suppress(TypeError, ValueError):
        own = inspect.signature(getattr(made, attribute)).parameters.values()
        receiver = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
        call.__signature__ = inspect.Signature([receiver, *own])  # type: ignore[attr-defined]
    return call


def _methods() -> Iterator[tuple[str, Callable[..., Any]]]:
    for attribute in dir(np.ndarray):
        value = getattr(np.ndarray, attribute)
        if attribute.startswith("_") or attribute == "tofile":
            continue
        # Attributes are read; of those only arrays matter.
        yield f"numpy.ndarray.{attribute}", value if callable(value) else attrgetter(attribute)
    # A part of an array, and a single element of it, are not written alike.
    yield "numpy.ndarray.__setitem__", operator.setitem
    yield "numpy.ndarray.__setitem__.element", operator.setitem
    yield "numpy.ndarray.__contains__", operator.contains
    yield "numpy.r_.__getitem__", lambda *items: np.r_[items]
    yield "numpy.c_.__getitem__", lambda *items: np.c_[items]


def is_attribute(name: str) -> bool:
    """Whether it is read, not called."""
    owner, _, attribute = name.rpartition(".")
    return owner == "numpy.ndarray" and not callable(getattr(np.ndarray, attribute, len))


def _operators() -> Iterator[tuple[str, Callable[..., Any]]]:
    """By `operator`: what matters is the expression, in which the tensor has its say, too."""
    for name in _BINARY:
        function = getattr(operator, name)
        yield f"numpy.ndarray.__{name}__", function
        yield f"numpy.generic.__{name}__", function
        if name not in ("eq", "ne", "lt", "le", "gt", "ge"):
            yield f"numpy.ndarray.__r{name}__", partial(_swapped, function)
            yield f"numpy.generic.__r{name}__", partial(_swapped, function)
            yield f"numpy.ndarray.__i{name}__", getattr(operator, f"i{name}")


def _swapped(function: Callable[..., Any], one: Any, other: Any) -> Any:
    return function(other, one)


def _receiver_lists(name: str) -> Sequence[Arguments]:
    for kind, made in GENERATORS.items():
        if name.startswith(f"{kind}."):
            function = f"numpy.random.{name.rpartition('.')[2]}"
            return tuple((Fresh(made), *given) for given in argument_lists(function))
    if name == "numpy.vectorize.__call__":
        vectorized = Fresh(np.vectorize(lambda *values: values[0]))
        return tuple((vectorized, *given) for given in GENERIC[:6])
    if name.startswith("numpy.generic.__"):
        return ((np.float64(S), V), (np.float64(S), S))
    if name.startswith("numpy.ndarray.__"):
        # An array of its own: in-place operators write it.
        return ((Fresh(V), V), (Fresh(V), S))
    if name.startswith("numpy.ndarray."):
        return tuple((Fresh(given[0]), *given[1:]) for given in _METHOD)
    return ()


class Fresh:
    """An array, or another receiver, that is copied for each call and never replaced by a tensor."""

    def __init__(self, array: Any) -> None:
        self.array = array


def fresh(value: Any) -> Any:
    """The argument to pass for a template."""
    if isinstance(value, Fresh):
        return copy.deepcopy(value.array)
    if value is io.BytesIO:
        return io.BytesIO()
    return value.copy() if isinstance(value, np.ndarray) else value


_BY_HAND: Mapping[str, Sequence[Arguments]] = {
    "numpy.fromiter": (([0.2, 0.4], float),),
    "numpy.vectorize": ((abs,),),
    "numpy.random.RandomState": ((0,),),
    "numpy.random.default_rng": ((0,),),
    "numpy.save": ((io.BytesIO, V),),
    "numpy.savetxt": ((io.BytesIO, V),),
    "numpy.savez": ((io.BytesIO, V),),
    "numpy.savez_compressed": ((io.BytesIO, V),),
    "numpy.array_equal": ((V, V),),
    "numpy.linspace": ((S, 2.5), (0.0, S, 3), (V, V), (0.0, V, 3)),
    "numpy.random.choice": (*GENERIC, (3, None, True, P)),
    "numpy.average": (*GENERIC, (V, None, V)),
    "numpy.histogram": (*GENERIC, (V, 10, None, None, V)),
    "numpy.apply_along_axis": ((np.sum, 0, V), (np.sum, 0, M), (np.cumsum, 0, M)),
    "numpy.apply_over_axes": ((np.sum, V, 0), (np.sum, M, [0, 1])),
    "numpy.broadcast_to": ((V, (3,)), (V, (2, 3)), (M, (3, 3)), (S, ()), (S, (2,))),
    "numpy.dsplit": ((np.ones((1, 1, 2)), 2),),
    "numpy.einsum": (
        *(("ij->ji", M), ("i->", V), ("->", S), ("i,i->", V, V), (",->", S, S)),
        *(("i,i,i->i", V, V, V), (",,->", S, S, S)),
        *((V, [0]), (V, [0], V, [0])),
    ),
    "numpy.einsum_path": (("ij->ji", M), ("i,i->", V, V), ("i,i,i->i", V, V, V)),
    "numpy.polyfit": ((V, V, 1), (V, V, 1, None, False, V)),
    "numpy.put_along_axis": ((M, ROW, M[:1], 0), (V, ROW[0, :1], V[:1], 0), (V, ROW[0], S, 0)),
    "numpy.take_along_axis": ((M, ROW, 0), (V, ROW[0], 0)),
    "numpy.unravel_index": ((4, (3, 3)),),
    "numpy.random.multinomial": (*GENERIC, (4, P), (4, P, 2)),
    "numpy.random.multivariate_normal": ((V, M), (V, M, 2)),
    "numpy.ndarray.__setitem__": ((Fresh(V), slice(None), V), (Fresh(V), slice(None), S)),
    "numpy.ndarray.__setitem__.element": ((Fresh(V), 0, S),),
    "numpy.ndarray.fill": ((Fresh(V), S),),
}

REJECTED: Mapping[str, Sequence[Arguments]] = {
    "numpy.ndarray.__setitem__.element": ((Fresh(V), 0, [V, V]),),
    "numpy.unravel_index": ((V, (3, 3)), (S, (3, 3))),
}
"""Argument lists that it rejects, and where tensors in them make no difference."""
