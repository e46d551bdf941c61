"""Sees every crossing from a tensor to NumPy data in this process, and changes nothing about it."""

from __future__ import annotations

import functools
import hashlib
import inspect
import itertools
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import CodeType, FrameType, TracebackType
from typing import Any, NamedTuple

import torch

from detachlint.harness import rejections
from detachlint.harness.after_import import AfterImport
from detachlint.harness.convertible import convertible
from detachlint.harness.counts import SetCount
from detachlint.harness.observation import (
    NUMPY_CROSSINGS,
    Crossing,
    message_of,
    refused_check,
)
from detachlint.source.span import Span

no_torch_function: Any = getattr(torch._C, "DisableTorchFunction", None)
"""Subclasses and modes may log or refuse attribute reads in `__torch_function__`; ours must not be
seen."""


class Place(NamedTuple):
    """Where in the program a crossing stands; see `Crossing`."""

    filename: str
    line: int
    span: Span | None


_NO_PLACE = Place("", 0, None)
_CAPSULES = frozenset({"__dlpack__"})
"""What gives memory in a wrapping that cannot be looked into."""
_MOST_PLACES = 1 << 14
"""What a program that makes code all the time may cost."""


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


@dataclass(slots=True)
class _Occurrences:
    """Of equal crossings in one thread: the rank of the first one, how often, and who is told that."""

    rank: int
    count: int = 0
    set_count: SetCount | None = None


class _ThreadState(threading.local):
    """One thread's share of an observer: no thread ever waits for another's crossing."""

    def __init__(self, tables: list[dict[_Key, _Occurrences]]) -> None:
        self.active: list[torch.Tensor] = []
        self.counts: dict[_Key, _Occurrences] = {}
        tables.append(self.counts)


class Observer:
    """Records the crossings of a program between `install` and `uninstall` (or inside `with`).

    `belongs` tells from a file name whether a frame is the program's; a crossing is placed at the
    innermost such frame, so `plt.plot(t)` counts where the program calls `plt.plot`. With
    `keep_going` a crossing that PyTorch refuses is recorded as refused and answered with the array
    that it would have been (zeros, where the tensor has no data), so that one run shows all bad
    lines. With `digests` each
    crossing also records a digest of the array. `methods` are names of methods of `torch.Tensor`.
    What the program hands to something of NumPy that takes no tensor is recorded as well, as a
    crossing by the method that NumPy tried (`mean` for `np.mean(t)`), when it fails.
    `report`, if given, is told of a crossing when it first occurs in a thread, and what it returns is
    told how often it has then occurred there, each time.

    The program sees the same results and exceptions, with two more frames in their tracebacks (see
    `tracebacks`). Observers nest; they must be uninstalled in the reverse order.
    """

    def __init__(
        self,
        belongs: Callable[[str], bool],
        *,
        keep_going: bool = False,
        digests: bool = False,
        methods: Iterable[str] = NUMPY_CROSSINGS,
        report: Callable[[Crossing], SetCount] | None = None,
    ) -> None:
        self._belongs = functools.lru_cache(maxsize=None)(belongs)
        self._keep_going = keep_going
        self._digests = digests
        self._methods = tuple(methods)
        self._report = report
        self._tables: list[dict[_Key, _Occurrences]] = []
        self._state = _ThreadState(self._tables)
        self._rank = itertools.count()
        self._places: dict[tuple[int, int], tuple[CodeType, Place]] = {}
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
        """Start observing. RuntimeError if this observer is at work already.

        AttributeError, and nothing has changed, if tensors lack one of the methods.
        """
        if self._replaced:
            raise RuntimeError("this observer is installed already")
        replacements: dict[str, object] = {name: self._observed(name) for name in self._methods}
        _leave_uncompiled()
        for name in rejections.METHODS:
            original = getattr(torch.Tensor, name)
            replacements[name] = rejections.watched(name, original, self._rejected)
        for name, replacement in replacements.items():
            self._replaced[name] = torch.Tensor.__dict__.get(name)
            setattr(torch.Tensor, name, replacement)

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
        merged: dict[_Key, _Occurrences] = {}
        for table in list(self._tables):
            for key, of_thread in table.copy().items():
                total = merged.setdefault(key, _Occurrences(of_thread.rank))
                total.rank = min(total.rank, of_thread.rank)
                total.count += of_thread.count
        ordered = sorted(merged.items(), key=lambda item: item[1].rank)
        return tuple(_crossing(key, total.count) for key, total in ordered)

    def forget(self) -> None:
        """Start counting anew, as a process must that was forked from an observed one."""
        for table in self._tables:
            table.clear()

    def place(self, frame: FrameType | None) -> Place:
        """File name, line and span of the innermost frame of the program, from `frame` outwards."""
        while frame is not None:
            if self._belongs(frame.f_code.co_filename):
                return self._place_in(frame)
            frame = frame.f_back
        return _NO_PLACE

    def _place_in(self, frame: FrameType) -> Place:
        # By identity, which the entry keeps from being given to another: hashing code is slow.
        code = frame.f_code
        key = (id(code), frame.f_lasti)
        known = self._places.get(key)
        if known is None:
            span = span_of_instruction(code, frame.f_lasti)
            place = Place(code.co_filename, frame.f_lineno, span)
            if len(self._places) >= _MOST_PLACES:
                self._places.clear()
            known = self._places[key] = (code, place)
        return known[1]

    def _observed(self, name: str) -> Callable[..., Any]:
        original = getattr(torch.Tensor, name)
        refuses_copy = name == "__array__" and "copy" not in inspect.signature(original).parameters

        @functools.wraps(original)
        def crossing(tensor: torch.Tensor, /, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True  # pytest shows tracebacks without frames that have this
            # `__array__` calls `numpy` on the same tensor: one crossing. NumPy 2 first tries the
            # keyword `copy` and, refused, calls again without it: nothing has crossed yet.
            active = self._state.active
            part = (active and active[-1] is tensor) or (refuses_copy and "copy" in kwargs)
            if part or not isinstance(tensor, torch.Tensor):
                return original(tensor, *args, **kwargs)
            active.append(tensor)
            try:
                return self._cross(name, original, tensor, args, kwargs)
            finally:
                active.pop()

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
        __tracebackhide__ = True
        place = self.place(sys._getframe(2))  # past this method and the replacement
        before = _state(tensor)
        try:
            result = original(tensor, *args, **kwargs)
        except Exception as error:  # Ctrl-C or a time limit is none of the crossing's affair
            outcome, message = type(error).__name__, message_of(error)
            answer = None
            refused = _refused_for_grad(before, error) or refused_check(message) is not None
            if self._keep_going and refused:
                with suppress(Exception):  # there may be no data to answer with
                    answer = self._converted_anyway(original, tensor, args, kwargs)
            self._record(name, place, before, outcome, message, answer)
            if answer is None:
                raise
            return answer
        holds = result
        if self._digests and name in _CAPSULES:
            with suppress(Exception):  # what DLPack takes need not be NumPy's
                holds = self._converted_anyway(torch.Tensor.numpy, tensor, (), {})
        self._record(name, place, before, "ok", "", holds)
        return result

    def _rejected(self, name: str, tensor: torch.Tensor, message: str, frame: FrameType) -> Any:
        """Record what NumPy did not take; the array to go on with, if that is to be done."""
        if not self._belongs(frame.f_code.co_filename):
            return None  # what libraries try is their own affair
        array = None
        if self._keep_going:
            with suppress(Exception):
                array = self._converted_anyway(torch.Tensor.numpy, tensor, (), {})
        self._record(name, self._place_in(frame), _state(tensor), "TypeError", message, array)
        return array

    def _converted_anyway(
        self,
        original: Callable[..., Any],
        tensor: torch.Tensor,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        with no_torch_function():
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
        occurrences = self._state.counts.get(key)
        if occurrences is None:
            occurrences = self._state.counts[key] = _Occurrences(next(self._rank))
            if self._report is not None:
                occurrences.set_count = self._report(_crossing(key, 1))
        occurrences.count += 1
        if occurrences.set_count is not None:
            occurrences.set_count(occurrences.count)


@functools.cache
def _leave_uncompiled() -> None:
    """Tell `torch.compile` that the harness is no part of any program: it would warn, and be slow."""

    def tell() -> None:
        with suppress(AttributeError):  # it is in the process of being imported, or an older one
            sys.modules["torch._dynamo"].trace_rules.add("detachlint.harness")

    if "torch._dynamo" in sys.modules:
        tell()
    else:
        sys.meta_path.insert(0, AfterImport("torch._dynamo", tell))


def _state(tensor: torch.Tensor) -> _State:
    """Read without side effects, whatever the tensor's class or a mode overrides."""
    with no_torch_function():
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


def span_of_instruction(code: CodeType, last_instruction: int) -> Span | None:
    """What the instruction at that offset was compiled from; None before Python 3.11."""
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
    numpy = sys.modules.get("numpy")  # where it is not imported yet, there are no arrays
    if numpy is None or not isinstance(result, numpy.ndarray) or result.dtype.hasobject:
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
