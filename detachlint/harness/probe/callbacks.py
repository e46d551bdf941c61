"""In which grad mode, and with what, the functions are run that PyTorch is given to call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import torch
from torch.utils import checkpoint

from detachlint.harness.probe.execute import guarded
from detachlint.harness.probe.universe import resolve

# PyTorch leaves these without annotations.
_functional: Any = torch.autograd.functional
_torch: Any = torch
_checkpoint: Any = checkpoint

_T = (0.3, 0.6)


def _run(name: str) -> Callable[..., Any]:
    """`name(function, tensor)`, for those that call the function at once."""
    owner = _functional if name in vars(_functional) else torch.func
    return lambda function, t: getattr(owner, name)(function, t)


def _with_tangent(owner: Any, name: str) -> Callable[..., Any]:
    return lambda function, t: getattr(owner, name)(function, t, torch.ones(2))


def _wrapping(name: str) -> Callable[..., Any]:
    """`name(function)(tensor)`, for those that give a function."""
    return lambda function, t: resolve(name)(function)(t)


def _custom_op(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function as an operator of PyTorch's; those have annotations, and names once only."""
    _NUMBERS.append(len(_NUMBERS))

    def body(x: torch.Tensor) -> torch.Tensor:
        return function(x).clone()  # type: ignore[no-any-return]

    body.__annotations__ = {"x": torch.Tensor, "return": torch.Tensor}
    name = f"detachlint_probe::operator_{_NUMBERS[-1]}"
    return _torch.library.custom_op(name, mutates_args=())(body)  # type: ignore[no-any-return]


_NUMBERS: list[int] = []


def _constructing(function: Callable[[Any], Any], t: torch.Tensor) -> Any:
    """A module whose constructor calls the function."""

    class Made(torch.nn.Module):
        def __init__(self, given: torch.Tensor, device: Any) -> None:
            super().__init__()
            function(given)

    return _torch.nn.utils.skip_init(Made, t)


def _calling(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda tensor: function(tensor) + 1


_ELEMENTWISE = {
    f"torch.autograd.functional.{name}": _with_tangent(_functional, name) for name in ("jvp", "vjp")
} | {"torch.autograd.functional.jacobian": _run("jacobian")}
_SCALAR = {
    "torch.autograd.functional.hessian": _run("hessian"),
    "torch.autograd.functional.hvp": _with_tangent(_functional, "hvp"),
    "torch.autograd.functional.vhp": _with_tangent(_functional, "vhp"),
}
_FUNC = {
    **{
        f"torch.{name}": _wrapping(f"torch.{name}")
        for name in (
            *("vmap", "func.vmap", "func.grad", "func.grad_and_value", "func.jacrev"),
            *("func.jacfwd", "func.hessian", "func.functionalize"),
        )
    },
    "torch.func.jvp": lambda function, t: torch.func.jvp(function, (t,), (torch.ones(2),)),
    "torch.func.vjp": lambda function, t: torch.func.vjp(function, t),
    "torch.func.linearize": lambda function, t: torch.func.linearize(function, t),
}
_COMPILERS = {
    "torch.compile": lambda function, t: torch.compile(function, backend="eager")(t),
    "torch.compiler.disable": lambda function, t: _torch.compile(
        _calling(_torch.compiler.disable(function)), backend="eager"
    )(t),
}
_PLAIN = {
    "torch.library.custom_op": lambda function, t: _custom_op(function)(t),
    "torch.nn.utils.skip_init": _constructing,
    "torch.utils.checkpoint.checkpoint": lambda function, t: _checkpoint.checkpoint(
        function, t, use_reentrant=False
    ),
}
CALLERS: Mapping[str, Callable[[Any, torch.Tensor], Any]] = {
    **_ELEMENTWISE,
    **_SCALAR,
    **_FUNC,
    **_COMPILERS,
    **_PLAIN,
}
"""How to let each call a function on a tensor."""


class _Recorder:
    """A function that notes how it is run: grad mode, flag of its argument, whether it has memory."""

    def __init__(self, *, scalar: bool) -> None:
        self.seen: list[tuple[bool, bool, str]] = []
        self.scalar = scalar
        self.given: Any = None

    def __call__(self, tensor: torch.Tensor) -> torch.Tensor:
        self.seen.append((torch.is_grad_enabled(), tensor.requires_grad, self._kind(tensor)))
        result = tensor * tensor
        return result.sum() if self.scalar else result

    def _kind(self, tensor: torch.Tensor) -> str:
        if tensor is self.given:
            return "argument"
        try:
            with torch.no_grad():
                tensor.detach().numpy()
        except RuntimeError:
            return "wrapper" if tensor.dim() else "slice"
        return "copy"


_HOOKS = (
    "torch.Tensor.register_hook",
    "torch.Tensor.register_post_accumulate_grad_hook",
)


def _hook(name: str) -> str:
    """What a hook of that kind is given in `backward`."""
    leaf = torch.tensor(_T).requires_grad_()
    seen: list[tuple[bool, bool, bool]] = []

    def note(given: torch.Tensor) -> None:
        seen.append((torch.is_grad_enabled(), given is leaf, given.requires_grad))

    getattr(leaf, name.rpartition(".")[2])(note)
    _torch.autograd.backward((leaf * leaf).sum())
    return {(False, True, True): "hook-itself", (False, False, False): "hook-gradient"}.get(
        seen[0], ""
    )


def what_it_calls(name: str) -> str:
    """What `CallFact.calls` says of `name`; `""` where it calls nothing, or otherwise."""
    if name in _HOOKS:
        return str(guarded(lambda: _hook(name)) or "")
    if name in _COMPILERS:
        return _under_the_compiler(name)
    if name not in CALLERS:
        return ""
    scalar = name in _SCALAR or name.rpartition(".")[2] in ("grad", "grad_and_value", "hessian")
    seen = [_seen(name, scalar, *at) for at in ((True, True), (True, False), (False, True))]
    if not all(seen):
        return ""
    word = _word([one[0] for one in seen])
    return f"{word}-and-value" if word == "wrapped-leaves" and _gives_value(name) else word


def _gives_value(name: str) -> bool:
    """Whether what the function gives is the second of what comes out."""
    tensor = torch.tensor(_T)
    given = guarded(lambda: CALLERS[name](_quadratic, tensor))
    is_pair = isinstance(given, tuple) and isinstance(given[1], torch.Tensor)
    return is_pair and torch.equal(given[1], _quadratic(tensor))


def _quadratic(tensor: torch.Tensor) -> torch.Tensor:
    return (tensor * tensor).sum()


def _seen(
    name: str, scalar: bool, grad_mode: bool, requires_grad: bool
) -> Sequence[tuple[bool, bool, str]]:
    recorder = _Recorder(scalar=scalar)
    tensor = torch.tensor(_T).requires_grad_(requires_grad)
    recorder.given = tensor
    with torch.set_grad_enabled(grad_mode):
        guarded(lambda: CALLERS[name](recorder, tensor))
    return recorder.seen


def _word(seen: Sequence[tuple[bool, bool, str]]) -> str:
    """From the runs with grad, without a flag, and under `no_grad`."""
    modes, flags, kinds = zip(*seen, strict=True)
    if modes == (True, True, False) and set(kinds) == {"argument"}:
        return "as-it-is"
    if not modes[0]:  # without a flag there is nothing to switch it off for
        return "no-grad"
    if modes == (True, True, True) and all(flags) and set(kinds) == {"copy"}:
        return "leaves"
    if set(kinds) == {"wrapper"} and all(flags):
        return "wrapped-leaves"
    if set(kinds) == {"wrapper"} and not any(flags):
        return "wrapped-duals"
    if set(kinds) == {"slice"} and not any(flags):
        return "wrapped"
    return ""


def _under_the_compiler(name: str) -> str:
    """Whether a conversion that would raise is traced there, or made all the same."""

    def convert(tensor: torch.Tensor) -> torch.Tensor:
        tensor.numpy()
        return tensor + 1

    def run() -> bool:
        torch._dynamo.reset()
        CALLERS[name](convert, torch.tensor(_T).requires_grad_())
        return True

    traced = guarded(run)
    with suppress(Exception):
        torch._dynamo.reset()
    return "compiled" if traced else "not-compiled"
