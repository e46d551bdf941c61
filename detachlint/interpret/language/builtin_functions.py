"""Python's builtin functions and classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES
from detachlint.domain.objects import (
    Instance,
    Kind,
    Unknown,
)
from detachlint.domain.values import (
    BOTTOM_VALUE,
    FALSE,
    NONE,
    TRUE,
    Address,
    Atom,
    Library,
    in_order,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.language import (
    builtin_iteration,
    builtin_objects,
    classes,
    exits,
    membership,
    operators,
    textual,
)
from detachlint.interpret.pytorch import array_operators
from detachlint.interpret.pytorch.array_operators import Operand
from detachlint.interpret.pytorch.tensors import seen_flag
from detachlint.ir.nodes import Name, Operator
from detachlint.knowledge import facts
from detachlint.knowledge.names import TENSOR

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

Handler = Callable[["Machine", LibraryCall], Outcomes]
MOST_NUMBERS = 8


def call_builtin(machine: Machine, name: str, call: LibraryCall) -> Outcomes:
    """The outcomes of a builtin."""
    handler = HANDLERS.get(name)
    if handler is not None:
        return handler(machine, call)
    exception = facts.raised_instead(f"builtins.{name}")
    if exception is not None:
        return exits.never_returns(machine, call, exception)
    if name.endswith(("Error", "Exception", "Warning")) or name in ("StopIteration", "object"):
        thing = Instance(value_of(Library(f"builtins.{name}")))
        return [(machine.new(call.state, call.activation, call.span, name, thing), call.state)]
    if name in ("str", "repr", "format", "print"):
        return _as_text(machine, call)
    kinds = {"str": Kind.TEXT, "repr": Kind.TEXT, "format": Kind.TEXT, "len": Kind.NUMBER}
    kind = kinds.get(name, Kind.ANY if name in UNKNOWN_RESULTS else Kind.OTHER)
    value = machine.unknown(call.state, call.activation, call.span, name, kind=kind, grad=NO)
    return [(value, call.state)]


def _as_text(machine: Machine, call: LibraryCall) -> Outcomes:
    states = [call.state]
    for value in call.arguments.positional:
        states = [
            after for before in states for after in textual.show(machine, value, before, call)
        ]
    if call.name.endswith("print"):
        return [(NONE, after) for after in states]
    return [
        (
            machine.unknown(after, call.activation, call.span, "text", kind=Kind.TEXT, grad=NO),
            after,
        )
        for after in states
    ]


UNKNOWN_RESULTS = frozenset({"eval", "exec", "__import__", "globals", "type", "open"})


def call_torch_predicate(machine: Machine, asks: str, call: LibraryCall) -> Outcomes:
    """`torch.is_tensor(x)` and `torch.is_grad_enabled()`."""
    state = call.state
    if asks == "grad-mode":
        if state.mode in (YES, NO):
            return [(TRUE if state.mode == YES else FALSE, state)]
        value = machine.unknown(
            state, call.activation, call.span, "grad mode", kind=Kind.TRUTH, grad=NO
        )
        return [(value, state)]
    parts: set[Atom] = set()
    for atom in in_order(call.arguments.get(0) or BOTTOM_VALUE):
        answer = membership.is_tensor(state, atom)
        parts |= builtin_objects.answer_value(
            machine, call, "isinstance", (atom, Library(TENSOR)), answer
        )
    return [(frozenset(parts), state)]


# --- containers -------------------------------------------------------------------------------


# --- objects ----------------------------------------------------------------------------------


# --- numbers and output -----------------------------------------------------------------------


def _number(machine: Machine, call: LibraryCall) -> Outcomes:
    """`float(t)`: through `__float__`, which needs no detach (executed; it warns)."""
    given = call.arguments.get(0) or value_of(literal(0))
    constant = single_literal(given)
    name = call.name.rpartition(".")[2]
    if constant is not None and isinstance(constant.value, (int, float, str)):
        try:
            function = {"int": int, "float": float, "bool": bool}[name]
            return [(value_of(literal(function(constant.value))), call.state)]
        except (ValueError, OverflowError):
            return exits.raises(
                machine, "builtins.ValueError", call.state, call.activation, call.span
            )
    if name == "bool" and len(given) == 1:
        (atom,) = given
        if isinstance(atom, Address) and isinstance(call.state.get(atom), Unknown):
            return [(given, call.state)]
    kind = Kind.TRUTH if name == "bool" else Kind.NUMBER
    value = machine.unknown(call.state, call.activation, call.span, name, kind=kind, grad=NO)
    return [(value, call.state)]


def _abs(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or BOTTOM_VALUE
    node = Operator("unary -", (Name("it", 0, call.span),), call.span)
    return operators.operate(machine, node, (given,), call.state, call.activation)


def _divmod(machine: Machine, call: LibraryCall) -> Outcomes:
    """`divmod(array, tensor)`: an operator of theirs, though it is written as a function."""
    state, given = call.state, call.arguments
    if len(given.positional) == 2:
        left, right = (
            Operand(value, given.spans.get(place, call.span))
            for place, value in enumerate(given.positional)
        )
        array_operators.operate(machine, call.shown, left, right, state, call.activation)
    value = machine.unknown(state, call.activation, call.span, call.shown, kind=Kind.OTHER, grad=NO)
    return [(value, state)]


def _reveal(machine: Machine, call: LibraryCall) -> Outcomes:
    """`reveal_grad(x)`: a word to the analysis, as `reveal_type` is to a type checker."""
    flag = seen_flag(call.state, call.arguments.get(0) or BOTTOM_VALUE)
    machine.ledger.record((call.span, flag.shown))
    return [(NONE, call.state)]


HANDLERS: dict[str, Handler] = {
    **builtin_iteration.HANDLERS,
    **builtin_objects.HANDLERS,
    "abs": _abs,
    "bool": _number,
    "divmod": _divmod,
    "float": _number,
    "int": _number,
    "reveal_grad": _reveal,
    "super": classes.make_super,
}
