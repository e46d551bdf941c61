"""The signatures in the type stubs that PyTorch ships, and calls guessed from them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import Any

import torch

from detachlint.harness.probe.execute import Call
from detachlint.harness.probe.universe import resolve


@dataclass(frozen=True)
class StubParameter:
    """One parameter of an overload."""

    name: str
    annotation: str
    required: bool
    keyword_only: bool
    variadic: bool = False

    @property
    def by_position(self) -> bool:
        """Whether it is one argument, which may be given by position."""
        return not (self.keyword_only or self.variadic)


@dataclass(frozen=True)
class Overload:
    """One signature of a callable."""

    parameters: tuple[StubParameter, ...]
    returns: str


def overloads(name: str) -> tuple[Overload, ...]:
    """The signatures of `name`: from the stubs for builtins, else from the function itself."""
    found = _stub_signatures().get(name, ())
    return found or _own_signature(name)


def parameter_names(name: str) -> frozenset[str]:
    """All names of parameters over all overloads."""
    return frozenset(p.name for overload in overloads(name) for p in overload.parameters)


def returns_many(name: str) -> bool:
    """Whether the stubs say that it returns any number of tensors."""
    return any(
        # Older stubs write `Tuple` and `List`.
        overload.returns.lower() in ("tuple[tensor, ...]", "list[tensor]")
        for overload in overloads(name)
    )


def guessed_calls(name: str, limit: int = 400) -> Iterator[Call]:
    """Calls with arguments of the types that the overloads of `name` ask for."""
    for overload in overloads(name):
        required = [p for p in overload.parameters if p.required]
        choices = [_candidates(p.annotation, p.name) for p in required]
        if not all(choices):
            continue
        for values in islice(product(*choices), limit // max(1, len(overloads(name)))):
            args, kwargs = [], {}
            for parameter, value in zip(required, values, strict=True):
                if parameter.keyword_only:
                    kwargs[parameter.name] = value
                else:
                    args.append(value)
            yield Call(tuple(args), kwargs, "stub")


@cache
def _stub_signatures() -> dict[str, tuple[Overload, ...]]:
    root = Path(torch.__file__).parent
    found: dict[str, list[Overload]] = {}
    functions = ast.parse((root / "_C/_VariableFunctions.pyi").read_text(encoding="utf-8"))
    _collect(functions.body, "torch", found)
    core = ast.parse((root / "_C/__init__.pyi").read_text(encoding="utf-8"))
    functional = ast.parse((root / "nn/functional.pyi").read_text(encoding="utf-8"))
    _collect(functional.body, "torch.nn.functional", found)
    for node in core.body:
        if isinstance(node, ast.ClassDef) and node.name in ("TensorBase", "_TensorBase"):
            _collect(node.body, "torch.Tensor", found)
    return {name: tuple(signatures) for name, signatures in found.items()}


def _collect(body: list[ast.stmt], owner: str, found: dict[str, list[Overload]]) -> None:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found.setdefault(f"{owner}.{node.name}", []).append(_overload(node))


def _overload(node: ast.FunctionDef) -> Overload:
    positional = node.args.posonlyargs + node.args.args
    optional = len(positional) - len(node.args.defaults)
    parameters = [
        StubParameter(a.arg, _annotation(a), place < optional, False)
        for place, a in enumerate(positional)
    ]
    if node.args.vararg is not None:
        parameters.append(
            StubParameter(
                node.args.vararg.arg, _annotation(node.args.vararg), True, False, variadic=True
            )
        )
    parameters += [
        StubParameter(a.arg, _annotation(a), default is None, True)
        for a, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    ]
    returns = ast.unparse(node.returns) if node.returns else ""
    return Overload(tuple(parameters), returns)


def _annotation(argument: ast.arg) -> str:
    if argument.arg == "self" and argument.annotation is None:
        return "Tensor"
    return ast.unparse(argument.annotation) if argument.annotation else ""


def _own_signature(name: str) -> tuple[Overload, ...]:
    try:
        signature = inspect.signature(resolve(name))
    except (TypeError, ValueError, AttributeError, ImportError):
        return ()
    parameters = tuple(
        StubParameter(
            p.name,
            "Tensor" if p.name == "self" else _written(p.annotation),
            p.default is p.empty and p.kind is not p.VAR_KEYWORD and p.kind is not p.VAR_POSITIONAL,
            p.kind is p.KEYWORD_ONLY,
            p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD),
        )
        for p in signature.parameters.values()
    )
    return (Overload(parameters, _written(signature.return_annotation)),)


def _written(annotation: Any) -> str:
    if annotation is inspect.Parameter.empty:
        return ""
    if isinstance(annotation, str):
        return annotation
    return getattr(annotation, "__name__", str(annotation))


@cache
def _tensors() -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(0)
    square = torch.rand(3, 3, generator=generator) * 0.8 + 0.1
    return (
        square,
        torch.rand(2, 3, 3, generator=generator) + 0.1,
        torch.rand(3, generator=generator) + 0.1,
        torch.rand(2, 3, 4, 4, generator=generator) + 0.1,
        torch.tensor([0, 1, 2]),
        torch.tensor([[0, 1, 2], [1, 2, 0], [2, 0, 1]]),
        torch.ones(3, 3, dtype=torch.bool),
    )


def _candidates(annotation: str, name: str) -> tuple[Any, ...]:
    """Values of the annotated type, likeliest first; empty where none is known."""
    words = annotation.replace("_", "").replace("Optional", "")
    if "Tensor" in words and ("tuple" in words or "list" in words or "Sequence" in words):
        square, _, vector, *_ = _tensors()
        return ([square, square.t().contiguous()], [vector, vector + 1.0])
    if "Tensor" in words or annotation in ("", "Any"):
        integers_first = "ind" in name
        return _tensors()[::-1] if integers_first else _tensors()
    if "size" in words or "int, ..." in words or "Sequence" in words:
        return ((3, 3), (1,), (0, 1), (2, 2), (9,))
    if "dtype" in words:
        return (torch.float64, torch.int64)
    if "float" in words or "Number" in words or "complex" in words:
        return (0.5, 2.0, 1)
    if "int" in words or "SymInt" in words:
        return (1, 0, 2, 3)
    if "bool" in words:
        return (False, True)
    if "device" in words:
        return ("cpu",)
    if "str" in words:
        return ("mean", "none")
    return ()
