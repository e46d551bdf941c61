"""Runs one call of PyTorch under chosen conditions and says what came out."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import torch
from torch.autograd import forward_ad
from torch.distributions import Transform
from torch.utils.data import Dataset

from detachlint.harness.probe.limits import OutOfTime, TimeLimit

TIME_LIMIT = 5.0
"""Seconds of processor time a single call may take (the rows must not depend on the load)."""

Position: TypeAlias = "int | str"

_NO_PRIMITIVE = "could not create a primitive"
"""What oneDNN says where a processor does not compute with numbers of that kind."""

_beyond_processor: list[str] = []


@dataclass(frozen=True)
class Call:
    """Arguments to call something with, and where they came from.

    The tensors are templates: each execution gets copies of them.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    source: str = "hand"


@dataclass(frozen=True)
class Condition:
    """How a call is executed.

    `grad_at` are the arguments whose float tensors require grad; None stands for all.
    """

    grad_mode: bool = True
    grad_at: frozenset[Position] | None = None
    double: bool = False
    """Single precision tensors become double precision ones."""
    strided: bool = False
    """Tensors are not contiguous."""
    inference: bool = False
    """The call is in inference mode, too; the tensors were made before."""
    device: str = ""
    """Where tensors are, if not where they were."""
    only_floats: bool = False
    """That is said of tensors of floats alone."""


PLAIN = Condition(grad_at=frozenset())
"""No tensor requires grad."""


OUT_OF_TIME = "OutOfTime: ran into the time limit"
"""`Seen.error` of a call that was ended."""

FLOAT = "float tensor"
INTEGER = "integer tensor"


@dataclass(frozen=True)
class OutputSeen:
    """What one output of an executed call was."""

    kind: str
    """`FLOAT` (complex too), `INTEGER` or the name of a Python type."""
    requires_grad: bool = False
    is_argument: bool = False
    shares_memory: bool = False
    has_own_memory: bool = False
    """Memory that no input has; all have some that one can look at (sparse tensors have none)."""
    dtype: str = ""
    device: str = ""


@dataclass(frozen=True)
class Seen:
    """What an executed call gave: outputs, their arrangement, side effects, or the error."""

    outputs: tuple[OutputSeen, ...] = ()
    sequence: str = ""
    fields: tuple[str, ...] = ()
    wrote_argument: bool = False
    input_dtype: str = ""
    error: str = ""

    @property
    def is_out_of_time(self) -> bool:
        """Whether the call ran into the time limit."""
        return self.error == OUT_OF_TIME

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the outputs."""
        return tuple(output.kind for output in self.outputs)


def execute(function: Callable[..., Any], call: Call, condition: Condition) -> Seen:
    """Call `function` on copies of the arguments of `call` as `condition` says. Never raises."""
    seed()
    try:
        with _kept_grad_mode(), warnings.catch_warnings(), TimeLimit(TIME_LIMIT):
            warnings.simplefilter("ignore")
            args, kwargs = prepare(call, condition)
            tensors = list(tensors_in([args, kwargs]))
            arrays = [value for value in (*args, *kwargs.values()) if isinstance(value, np.ndarray)]
            first = next(tensors_in(args), None)
            version = _version(first)
            mode = torch.inference_mode if condition.inference else torch.set_grad_enabled
            with mode(condition.inference or condition.grad_mode):
                output = function(*args, **kwargs)
            seen = _describe(output, first, [*tensors, *map(torch.from_numpy, arrays)])
            wrote = version is not None and _version(first) != version
            return replace(seen, wrote_argument=wrote, input_dtype=_float_dtype(tensors))
    except OutOfTime:
        return Seen(error=OUT_OF_TIME)
    except Exception as error:  # an operator may raise anything
        return Seen(error=f"{type(error).__name__}: {error}")


def seed() -> None:
    """Let random numbers begin anew (`torch.manual_seed` asks every accelerator, too: slowly)."""
    random.seed(0)
    np.random.seed(0)
    torch.default_generator.manual_seed(0)


def guarded(function: Callable[[], Any]) -> Any:
    """What `function` gives, or None where it raises or runs out of time."""
    found, error = guarded_with_error(function)
    if _NO_PRIMITIVE in error:
        _beyond_processor.append(error)
    return found


@contextmanager
def beyond_processor() -> Iterator[list[str]]:
    """What `guarded` calls inside could not do for want of a processor that has it: the errors."""
    _beyond_processor.clear()
    yield _beyond_processor


def guarded_with_error(function: Callable[[], Any]) -> tuple[Any, str]:
    """What `function` gives and `""`, or None and the error's type and text."""
    try:
        with _kept_grad_mode(), warnings.catch_warnings(), TimeLimit(TIME_LIMIT):
            warnings.simplefilter("ignore")
            return function(), ""
    except (Exception, OutOfTime) as error:  # a function may raise anything
        return None, f"{type(error).__name__}: {error}"


def prepare(call: Call, condition: Condition) -> tuple[list[Any], dict[str, Any]]:
    """Fresh copies of the arguments of `call`, flags set as `condition` says."""
    args = [_copy(value, condition, place) for place, value in enumerate(call.args)]
    kwargs = {name: _copy(value, condition, name) for name, value in call.kwargs.items()}
    return args, kwargs


def _copy(value: Any, condition: Condition, place: Position) -> Any:
    if isinstance(value, torch.Tensor):
        flagged = condition.grad_at is None or place in condition.grad_at
        return _copy_tensor(value, condition, flagged)
    if type(value) in (list, tuple):
        return type(value)(_copy(item, condition, place) for item in value)
    return value


def _copy_tensor(template: torch.Tensor, condition: Condition, flagged: bool) -> torch.Tensor:
    if template.is_complex() and template.is_conj():
        return _copy_tensor(template.conj(), condition, flagged).conj()
    if template.is_neg():
        return torch._neg_view(_copy_tensor(torch._neg_view(template), condition, flagged))
    tensor = template.detach().clone()
    if condition.double and tensor.dtype in (torch.float32, torch.complex64):
        tensor = tensor.to(torch.float64 if tensor.dtype is torch.float32 else torch.complex128)
    is_float = tensor.is_floating_point() or tensor.is_complex()
    if condition.device and (is_float or not condition.only_floats):
        tensor = tensor.to(condition.device)
    if not flagged or not is_float:
        return tensor
    tensor.requires_grad_()
    if condition.strided and tensor.layout is torch.strided and tensor.dim() == 1:
        return torch.stack([tensor, tensor], dim=-1)[..., 0]
    if condition.strided and tensor.layout is torch.strided and tensor.dim() > 1:
        # Rows with gaps between them: no two dimensions can be merged without a copy.
        return torch.cat([tensor, tensor], dim=-1)[..., : tensor.shape[-1]]
    # Not a leaf: a leaf that requires grad cannot be written in place.
    return tensor.clone()


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """The tensors in nested lists, tuples and dicts."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from tensors_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)


def _describe(output: Any, first: torch.Tensor | None, inputs: Sequence[torch.Tensor]) -> Seen:
    if isinstance(output, (list, tuple)) and _holds_parts(output):
        fields = field_names(output)
        items = output if fields else _flat(output)
        outputs = tuple(_describe_output(item, first, inputs) for item in items)
        return Seen(outputs, "list" if isinstance(output, list) else "tuple", fields)
    return Seen((_describe_output(output, first, inputs),))


def _holds_parts(output: Sequence[Any]) -> bool:
    """Whether what matters are the items: tensors, or data sets."""
    return any(True for _ in tensors_in(output)) or any(isinstance(o, Dataset) for o in output)


def _flat(output: Sequence[Any]) -> Iterator[Any]:
    """Nested sequences without the nesting (`lstm` gives `(output, (h, c))`)."""
    for item in output:
        if isinstance(item, (list, tuple)) and any(True for _ in tensors_in(item)):
            yield from _flat(item)
        else:
            yield item


def field_names(output: Any) -> tuple[str, ...]:
    """The names of a struct sequence (`torch.return_types.max`) or named tuple."""
    if hasattr(output, "n_sequence_fields"):
        return tuple(type(output).__match_args__)
    return tuple(getattr(output, "_fields", ()))


def _describe_output(
    item: Any, first: torch.Tensor | None, inputs: Sequence[torch.Tensor]
) -> OutputSeen:
    if not isinstance(item, torch.Tensor):
        return OutputSeen(_python_type(item))
    shares = any(_share_memory(item, tensor) for tensor in inputs)
    return OutputSeen(
        kind=FLOAT if item.is_floating_point() or item.is_complex() else INTEGER,
        requires_grad=item.requires_grad,
        is_argument=item is first,
        shares_memory=shares,
        has_own_memory=not shares and all(map(_has_plain_memory, [item, *inputs])),
        dtype=dtype_name(item.dtype),
        device=item.device.type,
    )


def _python_type(value: Any) -> str:
    if hasattr(value, "next_functions"):  # the class of nodes has a name since 2.1 only
        return "torch.autograd.graph.Node"
    if isinstance(value, torch.nn.Module):
        return "torch.nn.Module"
    if isinstance(value, Transform):
        return "torch.distributions.Transform"
    if isinstance(value, Dataset):
        return f"torch.utils.data.{type(value).__name__}"
    kind = type(value)
    is_torch = kind.__module__.partition(".")[0] == "torch"
    return f"torch.{kind.__name__}" if is_torch else kind.__name__


def dtype_name(dtype: torch.dtype) -> str:
    """`float32` for `torch.float32`."""
    return str(dtype).removeprefix("torch.")


def _float_dtype(tensors: Sequence[torch.Tensor]) -> str:
    floats = [t for t in tensors if t.is_floating_point() or t.is_complex()]
    return dtype_name(floats[0].dtype) if floats else ""


def _share_memory(one: torch.Tensor, other: torch.Tensor) -> bool:
    try:
        return bool(one.numel()) and _memory(one) == _memory(other)
    except (RuntimeError, NotImplementedError):  # sparse layouts have no storage
        return one is other


def _has_plain_memory(tensor: torch.Tensor) -> bool:
    plain = type(tensor) in (torch.Tensor, torch.nn.Parameter) and not tensor.is_nested
    return plain and tensor.layout is torch.strided and bool(tensor.numel())


def _memory(tensor: torch.Tensor) -> int:
    """The address of the storage (`untyped_storage` is there since 2.0)."""
    storage = getattr(tensor, "untyped_storage", None) or tensor.storage
    return int(storage().data_ptr())


def _version(tensor: torch.Tensor | None) -> int | None:
    return None if tensor is None else int(tensor._version)


@contextmanager
def _kept_grad_mode() -> Iterator[None]:
    """Restores the grad mode: a manager inside may have run out of time just when it was to do so. Leaves
    the level of forward differentiation that a call has entered, which would not be there alone.
    """
    mode, level = torch.is_grad_enabled(), forward_ad._current_level
    try:
        yield
    finally:
        torch.set_grad_enabled(mode)
        while forward_ad._current_level > level:
            forward_ad.exit_dual_level()  # type: ignore[no-untyped-call]  # of PyTorch
