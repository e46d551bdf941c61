"""Sees what of NumPy takes no tensor, by the methods of tensors that NumPy or Python tries first.

`np.mean(x)` calls `x.mean` with arguments that a tensor's method does not know, and `array * x` asks
`x.__rmul__`, which does not know arrays: both end in a TypeError that tensors of every kind meet.
"""

from __future__ import annotations

import dis
import functools
import operator
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

REDUCTIONS = ("mean", "sum", "std", "var", "max", "min", "prod", "all", "any")
"""What the functions of NumPy of these names call on what is no array."""

_OPERATORS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "__radd__": ("+", operator.add),
    "__rsub__": ("-", operator.sub),
    "__rmul__": ("*", operator.mul),
    "__rfloordiv__": ("//", operator.floordiv),
    "__rmod__": ("%", operator.mod),
    "__rpow__": ("**", operator.pow),
    "__rmatmul__": ("@", operator.matmul),
    "__rand__": ("&", operator.and_),
    "__ror__": ("|", operator.or_),
    "__rxor__": ("^", operator.xor),
    "__rlshift__": ("<<", operator.lshift),
    "__rrshift__": (">>", operator.rshift),
}
"""What Python calls with an array on the left, which has left the operation to the tensor."""

_COMPARISONS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "__lt__": ("<", operator.lt),
    "__le__": ("<=", operator.le),
    "__gt__": (">", operator.gt),
    "__ge__": (">=", operator.ge),
}
"""With the tensor on the left, as Python asks it, wherever it stands in the program."""

METHODS = (*REDUCTIONS, *_OPERATORS, *_COMPARISONS)

Rejected = Callable[[str, Any, str, FrameType], Any]
"""Is told of the method, the tensor, the message of the TypeError, and the frame outside of NumPy.

Returns the array to go on with, or None where the exception is to take its course.
"""


def watched(name: str, original: Any, rejected: Rejected) -> object:
    """A method of tensors that does what `original` does, and calls `rejected` when it fails NumPy."""
    if name in REDUCTIONS:
        return _Reduction(name, original, rejected)
    method = functools.wraps(original)(_watched_operator(name, original, rejected))
    # Picklable by the name it is found under, as the original is.
    method.__module__, method.__qualname__ = "torch", f"Tensor.{name}"
    return method


class _Reduction:
    """A method that is the original but for NumPy.

    Who asks for it decides, before it is called: a frame of ours around the call would be where PyTorch's
    own warnings (of `std` over one element) say that they come from.
    """

    def __init__(self, name: str, original: Any, rejected: Rejected) -> None:
        self._original = original
        self._watched = _watched_reduction(name, original, rejected)

    def __get__(self, tensor: Any, owner: type | None = None) -> Any:
        if tensor is None or not _is_of_numpy(sys._getframe(1)):
            return self._original.__get__(tensor, owner)
        return functools.partial(self._watched, tensor)


def _watched_reduction(name: str, original: Any, rejected: Rejected) -> Callable[..., Any]:
    """The method for NumPy's own frames."""

    def reduction(tensor: Any, /, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        try:
            return original(tensor, *args, **kwargs)
        except TypeError as error:
            outside = _outside_of_numpy(sys._getframe(1))
            array = outside and rejected(name, tensor, str(error), outside)
            if array is None:
                raise
        return getattr(array, name)(*args, **kwargs)

    return reduction


def _watched_operator(
    name: str, original: Callable[..., Any], rejected: Rejected
) -> Callable[..., Any]:
    def operation(tensor: Any, other: Any, /) -> Any:
        result = original(tensor, other)
        if result is not NotImplemented or not _is_array(other):
            return result
        # Python has asked the array before, or will now: it leaves all this to the tensor.
        caller = sys._getframe(1)
        outside = _outside_of_numpy(caller)
        array = outside and rejected(name, tensor, _message(name, tensor, other), outside)
        return result if array is None else _operated(name, array, other, caller)

    return operation


def _operated(name: str, array: Any, other: Any, frame: FrameType) -> Any:
    """What the operation gives with an array in the tensor's place."""
    if name in _COMPARISONS:
        return _COMPARISONS[name][1](array, other)
    operate = _OPERATORS[name][1]
    if not _is_in_place(frame):
        return operate(other, array)
    in_place: Callable[[Any, Any], Any] = getattr(operator, f"i{operate.__name__.rstrip('_')}")
    return in_place(other, array)


def _is_in_place(frame: FrameType) -> bool:
    """Whether the frame is at an instruction such as `+=`."""
    code, at = frame.f_code.co_code, frame.f_lasti
    name = dis.opname[code[at]]
    # Since 3.11 one instruction serves all operators; those in place are numbered from 13 on.
    return name.startswith("INPLACE_") or (name == "BINARY_OP" and code[at + 1] >= 13)


def _message(name: str, tensor: object, other: object) -> str:
    """Python's own, of which `array > tensor` may be told as `tensor < array`."""
    types = [f"'numpy.{type(other).__name__}'", f"'{type(tensor).__name__}'"]
    if name in _COMPARISONS:
        symbol, _ = _COMPARISONS[name]
        return f"'{symbol}' not supported between instances of {types[1]} and {types[0]}"
    symbol, _ = _OPERATORS[name]
    return f"unsupported operand type(s) for {symbol}: {types[0]} and {types[1]}"


def _is_array(value: object) -> bool:
    numpy = sys.modules.get("numpy")  # where it is not imported yet, there are no arrays
    return numpy is not None and isinstance(value, numpy.ndarray)


def _outside_of_numpy(frame: FrameType | None) -> FrameType | None:
    while frame is not None and _is_of_numpy(frame):
        frame = frame.f_back
    return frame


def _is_of_numpy(frame: FrameType) -> bool:
    name = frame.f_globals.get("__name__")  # a program may make that anything
    return isinstance(name, str) and (name == "numpy" or name.startswith("numpy."))
