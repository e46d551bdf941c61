"""Calls of code that we cannot see: what comes out, and what may have happened to what went in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO
from detachlint.domain.objects import Class, Function, Instance, Kind, Tensor, Unknown
from detachlint.domain.story import begin
from detachlint.domain.values import (
    NONE,
    Address,
    Atom,
    Bound,
    Value,
    addresses,
    in_order,
    value_of,
)
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.evidence import Signs
from detachlint.interpret.engine.handed_out import run_handed_out
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import is_module, linear_order
from detachlint.interpret.pytorch import placement, surrounding, training_mode
from detachlint.interpret.pytorch.parameters import unseen_parameters
from detachlint.interpret.pytorch.tensors import recorded_flag, severed_by_method, severed_in
from detachlint.ir.nodes import Code
from detachlint.knowledge.facts import casts_and_moves
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def _as_called(
    machine: Machine, state: State, address: Address, thing: Unknown, arguments: Arguments
) -> Unknown:
    """What is made in sight, moved to a device or cast, and called on a tensor is a module: of what
    has these methods, tensors cannot be called.

    What was handed in is one as well, but of whom: transforms without parameters are moved, too. So
    are the program's own layers; where those could not be looked at, that is no evidence of theirs.
    """
    moved = address.role.removeprefix("unknown ") in casts_and_moves()
    if thing.kind is not Kind.ANY or not moved or not thing.made_by:
        return thing
    root = thing.made_by.partition(".")[0]
    if machine.program.is_out_of_sight(address.span.file, root):
        return thing
    if not any(isinstance(state.get(a), Tensor) for v in arguments.all() for a in addresses(v)):
        return thing
    module = replace(thing, kind=Kind.MODULE)
    state.heap[address] = module
    return module


def call_unknown(
    machine: Machine,
    address: Address,
    thing: Unknown,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    """A call of something out of sight. A module's output requires grad by default."""
    if thing.kind is Kind.ANY and told_module(machine, state, activation, shown):
        thing = replace(thing, kind=Kind.MODULE)
        state.heap[address] = thing
    thing = _as_called(machine, state, address, thing, arguments)
    _may_freeze(machine, state, address, span)
    leave_in_unseen_hands(machine, state, arguments.all())
    run_handed_out(machine, arguments.all(), state, activation, span, shown)
    inputs = arguments.all()
    severed = _severed(state, thing, inputs, shown)
    if thing.kind is not Kind.MODULE:
        grad = MAYBE if thing.kind is Kind.ANY else NO
        made = machine.unknown(state, activation, span, "result", grad=grad, severed=severed)
        return [(made, state)]
    family = unseen_parameters(machine, state, address, span)
    device = placement.common_device(state, inputs).either(thing.device).in_unseen_hands()
    output = machine.unknown(
        state,
        activation,
        span,
        "result",
        grad=recorded_flag(state, [value_of(family), *inputs]).in_unseen_hands(),
        device=device,
        narrow=surrounding.narrow_out_of_sight(state, thing.narrow, device).in_unseen_hands(),
        story=begin(
            span, f"output of the module `{shown}`, whose parameters are trainable by default"
        ),
        severed=severed,
    )
    return [(output, state)]


def _may_freeze(machine: Machine, state: State, method: Address, span: Span) -> None:
    """After `model.freeze()` or `model.freeze_encoder()` nobody knows which parameters of a model out of
    sight still require grad."""
    operator, operands = method.derived or ("", ())
    (owner,) = operands if operator.startswith("attribute freeze") else (None,)
    if isinstance(owner, Address) and isinstance(state.get(owner), Unknown):
        family = unseen_parameters(machine, state, owner, span)
        known = state.get(family)
        if isinstance(known, Tensor):
            state.heap[family] = replace(known, grad=known.grad.both(MAYBE))


def _severed(state: State, thing: Unknown, inputs: list[Value], shown: str) -> frozenset[Span]:
    """The crossings behind the result: what a method of an object makes of arrays is something else."""
    is_method = "." in shown and thing.kind is not Kind.MODULE
    return severed_by_method(state, inputs) if is_method else severed_in(state, inputs)


def told_module(machine: Machine, state: State, activation: Activation, path: str) -> bool:
    """Whether the code at hand, or the class around it, tells that what it calls so is a module."""
    current: Activation | None = activation
    while current is not None and current.code.kind == "lambda":
        current = current.caller
    if current is None or not path:
        return False
    if machine.evidence.of(current.code).tell_module(path):
        return True
    own = own_path(current.code, path)
    return bool(own) and signs_of_class(machine, state, current.owner).tell_module(own)


def own_path(code: Code, path: str) -> str:
    """The path as the class knows it, if it begins with the first parameter of a method."""
    first, dot, rest = path.partition(".")
    owns = code.parameters and code.parameters[0].name == first
    return f"self.{rest}" if owns and dot else ""


def signs_of_class(machine: Machine, state: State, owner: Address | None) -> Signs:
    """What the methods of a class, and those of its bases in the program, tell about its attributes."""
    signs = Signs()
    for cls in linear_order(state, owner) if owner is not None else ():
        thing = state.get(cls) if isinstance(cls, Address) else None
        if isinstance(thing, Class) and thing.code is not None:
            signs |= machine.evidence.of(thing.code)
    return signs


def leave_in_unseen_hands(
    machine: Machine, state: State, values: list[Value], depth: int = 3
) -> None:
    """Code out of sight was given these: it may freeze a module, set a flag, call a function."""
    for value in values:
        for atom in in_order(value):
            _note_escape(machine, state, atom)
            if isinstance(atom, Address):
                _leave_one(machine, state, atom, depth)


def note_escapes(machine: Machine, state: State, values: list[Value]) -> None:
    """A library was given these, and calls the functions among them."""
    for value in values:
        for atom in in_order(value):
            _note_escape(machine, state, atom)


def _note_escape(machine: Machine, state: State, atom: Atom) -> None:
    """A function that is handed out is called by whoever got it: most likely at once, in this mode."""
    address = atom.function if isinstance(atom, Bound) else atom
    thing = state.get(address) if isinstance(address, Address) else None
    if not isinstance(thing, Function) or not isinstance(address, Address):
        return
    known = machine.escape_modes.get(thing.code)
    mode = state.mode if known is None else known.join(state.mode)
    machine.escape_modes[thing.code] = mode
    if address is atom:
        machine.escaped.setdefault(address)


def _leave_one(machine: Machine, state: State, address: Address, depth: int) -> None:
    thing = state.get(address)
    if isinstance(thing, Tensor):
        if thing.leaf != NO:
            state.heap[address] = thing.in_unseen_hands()
    elif isinstance(thing, Instance) and depth and is_module(state, thing):
        training_mode.tell(state, address, NONE)
        leave_in_unseen_hands(machine, state, [*thing.attributes.values(), thing.hidden], depth - 1)
