"""Programs that call one callable of PyTorch and convert what comes out, and what PyTorch does with them.

A program is a list of blocks; each makes tensors, calls, and converts outputs, one on a line. What
raises is seen by executing it, block by block, conversion by conversion.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from textwrap import indent
from typing import Any

import torch
from written_programs import EXPRESSIONS

from detachlint.harness.probe import hand, observe
from detachlint.harness.probe.execute import Call, guarded_with_error, seed
from detachlint.harness.probe.universe import function_of, is_attribute

MOST_CALLS = 3
"""Calls of one callable that become programs."""
MOST_ELEMENTS = 64
"""Elements that are written down."""
STORED = {
    torch.strided: "",
    torch.sparse_coo: ".to_sparse()",
    torch.sparse_csr: ".to_sparse_csr()",
    torch.sparse_csc: ".to_sparse_csc()",
    torch.sparse_bsr: ".to_sparse_bsr((1, 1))",
    torch.sparse_bsc: ".to_sparse_bsc((1, 1))",
    torch._mkldnn: ".to_mkldnn()",
}
"""How tensors of each layout are made of others."""
WRITTEN_INPUT = "torch.tensor([[0.1, 0.2], [0.3, 0.4]]){flag}"
"""The tensor that expressions written by hand are about."""
REFUSAL = "Can't call numpy() on Tensor that requires grad"


class Unspeakable(Exception):
    """An argument cannot be written down in a program."""


@dataclass(frozen=True)
class Block:
    """Statements that make a result, and expressions that convert parts of it."""

    statements: str
    conversions: tuple[str, ...]
    raises: tuple[bool | None, ...]
    """Of each conversion, whether it is refused for its flag; None: it raises something else."""


@dataclass
class Program:
    """The text, and what each line that converts something does."""

    text: str = "import torch\n"
    raises: dict[int, bool | None] = field(default_factory=dict)

    def add(self, block: Block) -> None:
        """Append a block."""
        self.text += block.statements
        for conversion, raises in zip(block.conversions, block.raises, strict=True):
            self.text += f"{conversion}\n"
            self.raises[self.text.count("\n")] = raises


def program_of(name: str, most: int = MOST_CALLS) -> Program | None:
    """What is done with the first calls of `name`; None where none can be written down."""
    program = Program()
    for call in islice(_calls(name), most):
        for situation in SITUATIONS:
            block = _block(situation, *call)
            if block is not None:
                program.add(block)
    return program if program.raises else None


SITUATIONS = (
    # How tensors are made, around the call, after it.
    (".requires_grad_().clone()", "", ""),
    (".requires_grad_().clone()", "torch.no_grad()", ""),
    (".requires_grad_().clone()", "torch.inference_mode()", ""),
    ("", "", ""),
    ("", "", "x0.requires_grad_()"),
)


def _calls(name: str) -> Iterator[tuple[list[str], str]]:
    """As `_speakable`, with what is written by hand for what needs something around it."""
    if name in EXPRESSIONS:
        yield [WRITTEN_INPUT], EXPRESSIONS[name]
    elif hand.function(name) is None:
        yield from _speakable(name, observe._working_calls(name, function_of(name)))


def _speakable(name: str, calls: Iterable[Call]) -> Iterator[tuple[list[str], str]]:
    """The tensors to make and the expression, for each call that can be written down."""
    for call in calls:
        with suppress(Unspeakable):
            yield _spelled(name, call)


def _spelled(name: str, call: Call) -> tuple[list[str], str]:
    tensors: list[str] = []
    values = [spell(value, tensors) for value in call.args]
    named = [f"{key}={spell(value, tensors)}" for key, value in call.kwargs.items()]
    last = name.rpartition(".")[2]
    if not name.startswith("torch.Tensor.") or not tensors:
        return tensors, f"{name}({', '.join([*values, *named])})"
    if is_attribute(name):
        return tensors, f"{values[0]}.{last}"
    return tensors, f"{values[0]}.{last}({', '.join([*values[1:], *named])})"


def spell(value: Any, tensors: list[str]) -> str:
    """The argument as a program has it; what makes the tensors in it is appended to `tensors`.

    Those that may require grad are followed by `{flag}`. Raises `Unspeakable`.
    """
    if isinstance(value, torch.Tensor):
        tensors.append(_spell_tensor(value))
        return f"x{len(tensors) - 1}"
    if isinstance(value, torch.Size):
        return repr(value)
    if type(value) in (list, tuple):
        items = [spell(item, tensors) for item in value]
        inside = ", ".join(items)
        return f"[{inside}]" if type(value) is list else f"({inside}{',' * (len(items) == 1)})"
    if value is None or isinstance(value, (bool, int, str)):
        return repr(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    if isinstance(value, (torch.dtype, torch.layout, torch.memory_format)):
        return repr(value)
    raise Unspeakable


def _spell_tensor(tensor: torch.Tensor) -> str:
    if tensor.device.type != "cpu" or type(tensor) is not torch.Tensor or tensor.is_nested:
        raise Unspeakable
    if tensor.is_conj() or tensor.is_neg():
        raise Unspeakable
    if tensor.is_quantized:
        return _spell_quantized(tensor)
    stored = STORED.get(tensor.layout)
    if stored is None:
        raise Unspeakable
    dense = tensor if tensor.layout is torch.strided else tensor.to_dense()
    return _spell_numbers(dense) + stored


def _spell_quantized(tensor: torch.Tensor) -> str:
    """With one scale for all: what is asked for its channels is made of none."""
    if tensor.qscheme() is not torch.per_tensor_affine:
        scales, zeros = tensor.q_per_channel_scales(), tensor.q_per_channel_zero_points()
        made = f"torch.tensor({scales.tolist()}), torch.tensor({zeros.tolist()})"
        made = f"per_channel(%s, {made}, {tensor.q_per_channel_axis()}"
    else:
        made = f"per_tensor(%s, {tensor.q_scale()}, {tensor.q_zero_point()}"
    numbers = _spell_numbers(tensor.dequantize()).replace("{flag}", "")
    return f"torch.quantize_{made}, {tensor.dtype})" % numbers


def _spell_numbers(tensor: torch.Tensor) -> str:
    """The tensor as it is, or as large a one of other numbers: they do not matter to its flag."""
    floats = tensor.is_floating_point() or tensor.is_complex()
    if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
        raise Unspeakable
    if tensor.numel() <= MOST_ELEMENTS:
        made = f"torch.tensor({tensor.tolist()}, dtype={tensor.dtype})"
        made += f".reshape({tuple(tensor.shape)})" * (not tensor.numel())
    elif floats:
        count = tensor.numel()
        made = f"(torch.arange(1.0, {count + 1}).reshape({tuple(tensor.shape)}) / {count})"
        made += f".to({tensor.dtype})" * (tensor.dtype is not torch.float32)
    else:
        most = int(tensor.max()) + 1
        made = f"(torch.arange({tensor.numel()}).reshape({tuple(tensor.shape)}) % {most})"
        made += f".to({tensor.dtype})" * (tensor.dtype is not torch.int64)
    return f"{made}{{flag}}" if floats else made


def _block(situation: tuple[str, str, str], tensors: Sequence[str], call: str) -> Block | None:
    flag, around, after = situation
    lines = [f"x{i} = {tensor.format(flag=flag)}" for i, tensor in enumerate(tensors)]
    body = f"out = {call}\n"
    statements = "\n".join(lines) + "\n"
    statements += f"with {around}:\n{indent(body, '    ')}" if around else body
    statements += f"{after}\n" if after else ""
    more = [] if after or not tensors else ["x0.numpy()"]
    return run_block(statements, {"torch": torch}, more)


def run_block(statements: str, names: dict[str, Any], more: Sequence[str]) -> Block | None:
    """The block that converts the tensors in `out`, and converts `more`; None if it raises before."""
    seed()
    if guarded_with_error(lambda: _run(statements, names))[1]:
        return None
    conversions = [*(f"{place}.numpy()" for place in _tensors_in("out", names["out"])), *more]
    raises = [_raises(conversion, names) for conversion in conversions]
    return Block(statements, tuple(conversions), tuple(raises))


def _run(statements: str, names: dict[str, Any]) -> None:
    exec(statements, names)


def _tensors_in(name: str, value: Any) -> Iterator[str]:
    """Expressions for the tensors in a result."""
    if isinstance(value, torch.Tensor):
        yield name
    elif isinstance(value, (list, tuple)):
        for place, item in enumerate(value):
            yield from _tensors_in(f"{name}[{place}]", item)


def _raises(conversion: str, names: dict[str, Any]) -> bool | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            eval(conversion, names)
        except RuntimeError as error:
            return True if REFUSAL in str(error) else None
        except Exception:
            return None
    return False
