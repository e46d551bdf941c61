"""The public callables of NumPy: what its table has to cover, and what is not called, and why."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from operator import attrgetter
from types import ModuleType
from typing import Any

import numpy as np

from detachlint.knowledge.names import setter

NAMESPACES = (
    "numpy",
    "numpy.char",
    "numpy.ctypeslib",
    "numpy.emath",
    "numpy.fft",
    "numpy.lib",
    "numpy.lib.array_utils",
    "numpy.lib.format",
    "numpy.lib.introspect",
    "numpy.lib.npyio",
    "numpy.lib.recfunctions",
    "numpy.lib.scimath",
    "numpy.lib.stride_tricks",
    "numpy.linalg",
    "numpy.ma",
    "numpy.ma.mrecords",
    "numpy.polynomial",
    "numpy.polynomial.chebyshev",
    "numpy.polynomial.hermite",
    "numpy.polynomial.hermite_e",
    "numpy.polynomial.laguerre",
    "numpy.polynomial.legendre",
    "numpy.polynomial.polynomial",
    "numpy.polynomial.polyutils",
    "numpy.random",
    "numpy.rec",
    "numpy.strings",
    "numpy.testing",
)
"""All documented modules that have callables, but for those of types and exceptions."""

_HARMFUL_NAMES = {
    "changes settings of the process": "errstate printoptions seed set_bit_generator "
    "set_default_printstyle set_printoptions set_state setbufsize seterr seterrcall "
    "suppress_warnings clear_and_catch_warnings add_docstring add_newdoc",
    "tells about the machine or NumPy itself": "NumpyVersion break_cycles check_support_sve info "
    "jiffies memusage opt_func_info show_config show_runtime",
    "reads or writes a file on the disk": "DataSource NpzFile dump fromfile fromtextfile "
    "load_library memmap open_memmap openfile tempdir temppath tofile",
    "runs tests or programs": "TestCase decorate_methods measure print_assert_equal rundocs "
    "run_threaded runstring test",
    "is derived from, not made": "ABCPolyBase BitGenerator character complexfloating flatiter "
    "flexible floating generic inexact integer number signedinteger unsignedinteger ufunc",
    "finds names in the caller's frame": "bmat",
    "loops of C code": "nested_iters set_numeric_ops",
}
_HARMFUL = {name: why for why, names in _HARMFUL_NAMES.items() for name in names.split()}
_MODULES_OF_PYTHON = ("builtins", "collections", "functools", "itertools", "operator", "typing")

BITWISE = ("and", "or", "xor", "lshift", "rshift")
"""Operators of integers, which have no flag."""
_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
_BINARY = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "divmod"),
    *(*BITWISE, *_COMPARISONS),
)
_UFUNC_METHODS = ("accumulate", "at", "outer", "reduce", "reduceat")

GENERATORS: Mapping[str, Any] = {
    "numpy.random.Generator": np.random.default_rng(0),
    "numpy.random.RandomState": np.random.RandomState(0),
}
_POLYNOMIALS = ("Chebyshev", "Hermite", "HermiteE", "Laguerre", "Legendre", "Polynomial")
_CURVES: Mapping[str, Any] = {
    "numpy.poly1d": np.poly1d([1.0, 2.0]),
    **{f"numpy.polynomial.{n}": getattr(np.polynomial, n)([1.0, 2.0]) for n in _POLYNOMIALS},
}
MADE: Mapping[str, Any] = {**GENERATORS, **_CURVES}
"""An object of each class whose methods get rows, beside arrays."""
OBJECTS: Mapping[str, type] = {
    **{name: type(made) for name, made in MADE.items()},
    "numpy.ufunc": np.ufunc,
    "numpy.vectorize": np.vectorize,
}
"""The classes, with those whose objects are only called."""


@cache
def functions() -> Mapping[str, Callable[..., Any]]:
    """The public callables of NumPy, the methods of arrays and of other objects, by name."""
    found = dict(_public())
    found.update(_methods())
    found.update(_operators())
    found.update(_objects())
    found.update(dict(_of_ufuncs(found)))
    return dict(sorted(found.items()))


WRITTEN = ("flat", "imag", "real")
"""Attributes of arrays that are parts of them, and can be written."""


def why_not(name: str) -> str:
    """Why the probe leaves a callable alone; `""` of one that it executes."""
    return _HARMFUL.get(name.rpartition(".")[2], "")


def is_attribute(name: str) -> bool:
    """Whether it is read, not called."""
    owner, _, attribute = name.rpartition(".")
    return owner == "numpy.ndarray" and not callable(getattr(np.ndarray, attribute, len))


def _public() -> Iterator[tuple[str, Callable[..., Any]]]:
    for namespace in NAMESPACES:
        module = _module(namespace)
        for attribute, value in vars(module).items() if module else ():
            if callable(value) and not attribute.startswith("_") and _is_own(value):
                yield f"{namespace}.{attribute}", value


def _module(namespace: str) -> ModuleType | None:
    """The module, None where the NumPy at hand, which may be an older one, does not have it."""
    with suppress(ImportError):
        return import_module(namespace)
    found = getattr(np, namespace.partition(".")[2], None)  # `emath` is no module of its own
    return found if isinstance(found, ModuleType) else None


def _is_own(value: Any) -> bool:
    """Whether it is NumPy's, and no exception."""
    home = str(getattr(value, "__module__", None) or "numpy")
    is_error = inspect.isclass(value) and issubclass(value, BaseException)
    return not is_error and home.partition(".")[0] not in _MODULES_OF_PYTHON


def _objects() -> Iterator[tuple[str, Callable[..., Any]]]:
    """The methods of what NumPy makes beside arrays."""
    for kind in sorted(set(OBJECTS) - set(MADE)):
        yield f"{kind}.__call__", lambda made, *given: made(*given)
    for kind, made in MADE.items():
        for attribute in dir(made):
            is_plain = not attribute.startswith("_") or attribute == "__call__"
            if is_plain and callable(getattr(made, attribute, None)):
                yield f"{kind}.{attribute}", _method(made, attribute)


def _method(made: Any, attribute: str) -> Callable[..., Any]:
    """The method as a function of the receiver and its arguments, under the names that it has."""

    def call(receiver: Any, *given: Any, **named: Any) -> Any:
        return getattr(receiver, attribute)(*given, **named)

    with suppress(TypeError, ValueError):
        own = inspect.signature(getattr(made, attribute)).parameters.values()
        receiver = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
        call.__signature__ = inspect.Signature([receiver, *own])  # type: ignore[attr-defined]
    return call


def _methods() -> Iterator[tuple[str, Callable[..., Any]]]:
    for attribute in dir(np.ndarray):
        value = getattr(np.ndarray, attribute)
        if not attribute.startswith("_"):
            # Attributes are read; of those only arrays matter.
            method = _reduction(attribute, value) if callable(value) else attrgetter(attribute)
            yield f"numpy.ndarray.{attribute}", method
    for attribute in WRITTEN:
        yield setter(attribute), partial(_set, attribute)
    # A part of an array, and a single element of it, are not written alike.
    yield "numpy.ndarray.__setitem__", operator.setitem
    yield "numpy.ndarray.__setitem__.element", operator.setitem
    yield "numpy.ndarray.__contains__", operator.contains
    yield "numpy.r_.__getitem__", lambda *items: np.r_[items]
    yield "numpy.c_.__getitem__", lambda *items: np.c_[items]


def _set(attribute: str, array: Any, value: Any) -> None:
    setattr(array, attribute, value)


def _reduction(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """The method; a reduction under the names of arguments that it hands on to Python code of NumPy, and
    that the function of its name has."""
    own = getattr(np, name, None)
    if own is None or isinstance(own, np.ufunc) or not inspect.isfunction(inspect.unwrap(own)):
        return method
    parameters = list(inspect.signature(own).parameters.values())
    if "where" not in (parameter.name for parameter in parameters):
        return method

    names = [parameter.name for parameter in parameters[1:]]

    def call(array: Any, *given: Any, **named: Any) -> Any:
        return method(array, **dict(zip(names, given, strict=False)), **named)

    receiver = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    signature = inspect.Signature([receiver, *parameters[1:]])
    call.__signature__ = signature  # type: ignore[attr-defined]
    return call


def _operators() -> Iterator[tuple[str, Callable[..., Any]]]:
    """By `operator`: what matters is the expression, in which the tensor has its say, too."""
    for name in _BINARY:
        function = _operator(name)
        yield f"numpy.ndarray.__{name}__", function
        yield f"numpy.generic.__{name}__", function
        if name not in _COMPARISONS:
            yield f"numpy.ndarray.__r{name}__", partial(_swapped, function)
            yield f"numpy.generic.__r{name}__", partial(_swapped, function)
        if name not in (*_COMPARISONS, "divmod"):
            yield f"numpy.ndarray.__i{name}__", getattr(operator, f"i{name}")


def _operator(name: str) -> Callable[..., Any]:
    if name == "divmod":
        return divmod
    found: Callable[..., Any] = getattr(operator, f"__{name}__")
    return found


def _swapped(function: Callable[..., Any], one: Any, other: Any) -> Any:
    return function(other, one)


def _of_ufuncs(found: Mapping[str, Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """`np.add.reduce` and the like."""
    for name, function in found.items():
        # Those of texts have no `types`; those with a signature work on matrices.
        if not isinstance(function, np.ufunc) or not function.types or function.signature:
            continue
        for method in _UFUNC_METHODS if function.nin == 2 else ("at",):
            if function.nout == 1 or method == "outer":
                yield f"{name}.{method}", getattr(function, method)
