"""Sees every crossing from a tensor to NumPy data in this process, and changes nothing about it."""

from __future__ import annotations

import functools
import hashlib
import inspect
import itertools
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType, TracebackType
from typing import Any, NamedTuple

import numpy
import torch

from detachlint.harness.convertible import convertible
from detachlint.harness.observation import Crossing, refused_check
from detachlint.source.span import Span

NUMPY_CROSSINGS = ("numpy", "__array__")
"""The two methods that all of NumPy, and every library that hands a tensor to it, goes through."""

_no_torch_function: Any = getattr(
    torch._C, "DisableTorchFunctionSubclass", getattr(torch._C, "DisableTorchFunction", None)
)
"""Subclasses may log or refuse attribute reads in `__torch_function__`; ours must not be seen."""


class Place(NamedTuple):
    """Where in the program a crossing stands; see `Crossing`."""

    filename: str
    line: int
    span: Span | None


_NO_PLACE = Place("", 0, None)


class _State(NamedTuple):
    """What PyTorch knows before a crossing, in its own values: naming them is slow."""

    grad_mode: bool
    requires_grad: bool
    is_leaf: bool
    grad_fn: str | None
    device: Any
    dtype: Any
    layout: Any


class _Key(NamedTuple):
    """What makes two crossings equal."""

    method: str
    place: Place
    state: _State
    outcome: str
    message: str
    digest: str


class _ThreadState(threading.local):
    """One thread's share of an observer: no thread ever waits for another's crossing.

    `counts` maps a key to [rank of its first occurrence, how often it occurred].
    """

    def __init__(self, tables: list[dict[_Key, list[int]]]) -> None:
        self.active: list[torch.Tensor] = []
        self.counts: dict[_Key, list[int]] = {}
        tables.append(self.counts)


class Observer:
    """Records the crossings of a program between `install` and `uninstall` (or inside `with`).

    `belongs` tells from a file name whether a frame is the program's; a crossing is placed at the
    innermost such frame, so `plt.plot(t)` counts where the program calls `plt.plot`. With
    `keep_going` a crossing that PyTorch refuses is recorded as refused and answered with the array
    that it would have been (zeros, where the tensor has no data), so that one run shows all bad
    lines. With `digests` each
    crossing also records a digest of the array. `methods` are names of methods of `torch.Tensor`.

    The program sees the same results and exceptions, with one more frame in their tracebacks.
    Observers nest; they must be uninstalled in the reverse order.
    """

    def __init__(
        self,
        belongs: Callable[[str], bool],
        *,
        keep_going: bool = False,
        digests: bool = False,
        methods: Iterable[str] = NUMPY_CROSSINGS,
    ) -> None:
        self._belongs = functools.lru_cache(maxsize=None)(belongs)
        self._keep_going = keep_going
        self._digests = digests
        self._methods = tuple(methods)
        self._tables: list[dict[_Key, list[int]]] = []
        self._state = _ThreadState(self._tables)
        self._rank = itertools.count()
        self._span = functools.lru_cache(maxsize=4096)(_span_of_instruction)
        self._replaced: dict[str, object] = {}

    def __enter__(self) -> Observer:
        self.install()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.uninstall()

    def install(self) -> None:
        """Start observing. RuntimeError if this observer is at work already."""
        if self._replaced:
            raise RuntimeError("this observer is installed already")
        for name in self._methods:
            self._replaced[name] = torch.Tensor.__dict__.get(name)
            setattr(torch.Tensor, name, self._observed(name))

    def uninstall(self) -> None:
        """Stop observing; what was recorded stays."""
        for name, original in self._replaced.items():
            if original is None:  # it was inherited, as `numpy` is from torch._C.TensorBase
                delattr(torch.Tensor, name)
            else:
                setattr(torch.Tensor, name, original)
        self._replaced.clear()

    def crossings(self) -> tuple[Crossing, ...]:
        """What all threads recorded so far, in the order of first occurrence."""
        merged: dict[_Key, list[int]] = {}
        for table in list(self._tables):
            for key, (rank, count) in table.copy().items():
                entry = merged.setdefault(key, [rank, 0])
                entry[0] = min(entry[0], rank)
                entry[1] += count
        ordered = sorted(merged.items(), key=lambda item: item[1][0])
        return tuple(_crossing(key, count) for key, (_, count) in ordered)

    def place(self, frame: FrameType | None) -> Place:
        """File name, line and span of the innermost frame of the program, from `frame` outwards."""
        while frame is not None:
            if self._belongs(frame.f_code.co_filename):
                span = self._span(frame.f_code, frame.f_lasti)
                return Place(frame.f_code.co_filename, frame.f_lineno, span)
            frame = frame.f_back
        return _NO_PLACE

    def _observed(self, name: str) -> Callable[..., Any]:
        original = getattr(torch.Tensor, name)
        refuses_copy = name == "__array__" and "copy" not in inspect.signature(original).parameters

        @functools.wraps(original)
        def crossing(tensor: torch.Tensor, /, *args: Any, **kwargs: Any) -> Any:
            # `__array__` calls `numpy` on the same tensor: one crossing. NumPy 2 first tries the
            # keyword `copy` and, refused, calls again without it: nothing has crossed yet.
            active = self._state.active
            if (active and active[-1] is tensor) or (refuses_copy and "copy" in kwargs):
                return original(tensor, *args, **kwargs)
            with self._crossing(tensor):
                return self._cross(name, original, tensor, args, kwargs)

        # Picklable by the name it is found under, as the original is.
        crossing.__module__, crossing.__qualname__ = "torch", f"Tensor.{name}"
        return crossing

    @contextmanager
    def _crossing(self, tensor: torch.Tensor) -> Iterator[None]:
        """While `tensor` is crossing in this thread, its own further calls are part of that."""
        active = self._state.active
        active.append(tensor)
        try:
            yield
        finally:
            active.pop()

    def _cross(
        self,
        name: str,
        original: Callable[..., Any],
        tensor: torch.Tensor,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        place = self.place(sys._getframe(2))  # past this method and the replacement
        before = _state(tensor)
        outcome, message, result = "ok", "", None
        try:
            result = original(tensor, *args, **kwargs)
        except BaseException as error:
            outcome, message = type(error).__name__, str(error)
            if not self._keep_going:
                raise
            if not _refused_for_grad(before, error) and refused_check(message) is None:
                raise
            try:
                result = self._converted_anyway(original, tensor, args, kwargs)
            except Exception:
                raise error from None  # there is no data to answer with
        finally:
            self._record(name, place, before, outcome, message, result)
        return result

    def _converted_anyway(
        self,
        original: Callable[..., Any],
        tensor: torch.Tensor,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        with _no_torch_function():
            plain = convertible(tensor)
        with self._crossing(plain):
            return original(plain, *args, **kwargs)

    def _record(
        self,
        name: str,
        place: Place,
        before: _State,
        outcome: str,
        message: str,
        result: object,
    ) -> None:
        digest = _digest(result) if self._digests else ""
        key = _Key(name, place, before, outcome, message, digest)
        entry = self._state.counts.get(key)
        if entry is None:
            self._state.counts[key] = [next(self._rank), 1]
        else:
            entry[1] += 1


def _state(tensor: torch.Tensor) -> _State:
    """Read without side effects, whatever the tensor's class overrides."""
    with _no_torch_function():
        try:
            grad_fn, is_leaf = tensor.grad_fn, tensor.is_leaf
        except RuntimeError:  # a view that was invalidated by an in-place write to its base
            grad_fn, is_leaf = None, False
        return _State(
            torch.is_grad_enabled(),
            tensor.requires_grad,
            is_leaf,
            None if grad_fn is None else grad_fn.name(),
            tensor.device,
            tensor.dtype,
            tensor.layout,
        )


def _refused_for_grad(before: _State, error: BaseException) -> bool:
    # DLPack refuses whatever the grad mode is, with a BufferError since torch 2.
    if isinstance(error, BufferError):
        return before.requires_grad
    return isinstance(error, RuntimeError) and before.grad_mode and before.requires_grad


def _span_of_instruction(code: CodeType, last_instruction: int) -> Span | None:
    positions = getattr(code, "co_positions", None)
    if positions is None or last_instruction < 0:
        return None
    found = next(itertools.islice(positions(), last_instruction // 2, None), None)
    if found is None or None in found:
        return None
    line, end_line, column, end_column = found
    return Span(line, column, end_line, end_column)


def _digest(result: object) -> str:
    """Equal for arrays of equal dtype, shape and bytes; "" for what is no array of numbers."""
    if not isinstance(result, numpy.ndarray) or result.dtype.hasobject:
        return ""
    content = f"{result.dtype.str}{result.shape}".encode() + result.tobytes()
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()[:16]


def _crossing(key: _Key, count: int) -> Crossing:
    filename, line, span = key.place
    return Crossing(
        method=key.method,
        filename=filename,
        line=line,
        span=span,
        requires_grad=key.state.requires_grad,
        grad_mode=key.state.grad_mode,
        is_leaf=key.state.is_leaf,
        grad_fn=key.state.grad_fn,
        device=str(key.state.device),
        dtype=str(key.state.dtype),
        layout=str(key.state.layout),
        outcome=key.outcome,
        message=key.message,
        digest=key.digest,
        count=count,
    )
