"""Functions under `vmap`, `torch.func.grad` and their like: they see wrappers that hold no memory.

The flag kept of a wrapper under `vmap` is that of what is wrapped, and so of what comes out in the
end. The wrapper's own, which the function sees, is off (executed).

Under those that differentiate nothing else can be converted either: not what the function captures
or makes, detached or not. What it computes without any wrapper requires no grad, whatever of: no
graph but the wrappers' is recorded (executed).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO, SOMETIMES, YES, Belief
from detachlint.domain.objects import Partial, Sequence, Tensor
from detachlint.domain.story import Story, begin, then
from detachlint.domain.traits import Check, trait, without
from detachlint.domain.values import Address, Value, addresses, in_order, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import placement
from detachlint.interpret.pytorch.converted import EVIDENCE
from detachlint.interpret.pytorch.tensors import any_flag, flag_of_tensor, story_of_any
from detachlint.knowledge import facts
from detachlint.knowledge.facts import CallFact
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

HANDED: Mapping[str, Belief] = {
    "wrapped-leaves": YES,
    "wrapped-leaves-and-value": YES,
    "wrapped-duals": NO,
}
"""What hands over wrappers to differentiate, and their flag (executed: their `numpy()` says so)."""
FORWARD = "wrapped-duals"
WRAPPING = frozenset({"wrapped", *HANDED})
WITH_VALUE = "wrapped-leaves-and-value"
"""What those do that give the value of the function beside its derivative."""
WITH_MORE = " with more"


def wrap(machine: Machine, fact: CallFact, call: LibraryCall, function: Value) -> Value | None:
    """The transformed function; None where it is not known which arguments are wrapped."""
    given = {*call.arguments.keywords, *map(str, range(1, len(call.arguments.positional)))}
    if given - {"has_aux", "randomness", "chunk_size", "func"}:
        return None
    more = WITH_MORE if "has_aux" in given else ""
    thing = Partial(function, transform=fact.name + more)
    return machine.new(call.state, call.activation, call.span, "transformed", thing)


def run(
    machine: Machine,
    thing: Partial,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> Outcomes:
    """A call of a transformed function.

    What comes out of differentiation is left unknown, but for its flag: the gradient of a function
    depends on the inputs again, except where it is linear.
    """
    handed = HANDED.get(facts.what_it_calls(thing.transform.removesuffix(WITH_MORE)))
    differentiates = handed is not None
    inside = _inside(state, thing.function)
    values = tuple(
        _wrapped(
            machine, thing.transform, handed, value, state, activation, span, f"{index}{inside}"
        )
        if index == 0 or not differentiates
        else value
        for index, value in enumerate(arguments.positional)
    )
    given = replace(arguments, positional=values)
    before = state.fork() if differentiates else state
    if differentiates:
        _differentiated(before, thing.transform, span)
    outcomes = machine.call(thing.function, given, before, activation, span, shown)
    if not differentiates:
        return [(_unwrapped(machine, v, s, activation, span), s) for v, s in outcomes]
    sources = [(state, value) for value in arguments.all()]
    sources += _of_plain(machine, thing.function, arguments, state, activation, span, shown)
    asking = [source for source in sources if any_flag(source[0], [source[1]]).usual in EVIDENCE]
    story = story_of_any(asking[0][0], [asking[0][1]]) if asking else None
    for _, after in outcomes:
        state.heap = state.join(after).heap
    flag = SOMETIMES.both(state.recording).in_unseen_hands() if asking else MAYBE
    story = then(story, span, f"differentiated by `{shown}`") if asking else None
    return [(_derivative(machine, thing, arguments, flag, story, state, activation, span), state)]


def _of_plain(
    machine: Machine,
    function: Value,
    arguments: Arguments,
    state: State,
    activation: Activation,
    span: Span,
    shown: str,
) -> list[tuple[State, Value]]:
    """What a function makes where none of its arguments requires grad: that of it which it captures.

    The graph of this is recorded outside, and the derivative is part of it (executed).
    """
    plain = tuple(
        _wrapped(machine, shown, NO, value, state, activation, span, f"{index} as it is")
        for index, value in enumerate(arguments.positional)
    )
    given = replace(arguments, positional=plain)
    with machine.ledger.muted():
        outcomes = machine.call(function, given, state.fork(), activation, span, shown)
    return [(after, value) for value, after in outcomes]


def _inside(state: State, function: Value) -> str:
    """What tells what a transform makes from what those make which it transforms: one call runs them all."""
    inner = (state.get(atom) if isinstance(atom, Address) else None for atom in function)
    return max(
        (
            f" around{_inside(state, thing.function)}"
            for thing in inner
            if isinstance(thing, Partial) and thing.transform
        ),
        default="",
    )


def _derivative(
    machine: Machine,
    thing: Partial,
    arguments: Arguments,
    flag: Belief,
    story: Story | None,
    state: State,
    activation: Activation,
    span: Span,
) -> Value:
    inputs = arguments.all()
    asked = [state.get(a) for a in addresses(next(iter(inputs), frozenset()))]
    beside = facts.what_it_calls(thing.transform.removesuffix(WITH_MORE)) == WITH_VALUE
    known = bool(asked) and all(isinstance(a, Tensor) for a in asked)
    if known and not thing.transform.endswith(WITH_MORE):
        made = Tensor(
            flag,
            leaf=flag.opposite(),
            dtype=placement.dtype_of(state, inputs[:1]),
            device=placement.common_device(state, inputs),
            story=story,
        )
        inside = _inside(state, thing.function)
        derivative = machine.new(state, activation, span, f"derivative{inside}", made)
        if not beside:
            return derivative
        value = machine.new(state, activation, span, f"value{inside}", made)
        both = Sequence("tuple", (derivative, value))
        return machine.new(state, activation, span, f"both{inside}", both)
    return machine.unknown(state, activation, span, "result", grad=flag, story=story)


def run_at_once(machine: Machine, fact: CallFact, call: LibraryCall, function: Value) -> None:
    """`vjp(function, *inputs)`, `jvp(function, inputs, tangents)`: what the function does there.

    What comes out is as facts say.
    """
    inputs = call.arguments.positional[1:]
    if fact.calls == FORWARD:  # beside their tangents stand the inputs in a tuple
        tuples = [
            call.state.get(a) for a in (inputs[0] if inputs else ()) if isinstance(a, Address)
        ]
        thing = tuples[0] if len(tuples) == 1 else None
        inputs = thing.items if isinstance(thing, Sequence) and thing.exact else ()
    handed = HANDED[fact.calls]
    values = tuple(
        _wrapped(machine, fact.name, handed, v, call.state, call.activation, call.span, f"{index}")
        for index, v in enumerate(inputs)
    )
    state = call.state.fork()
    _differentiated(state, fact.name, call.span)
    outcomes = machine.call_back(
        function, Arguments(values), state, call.activation, call.span, call.shown
    )
    for _, after in outcomes:
        call.state.heap = call.state.join(after).heap


def _differentiated(state: State, transform: str, span: Span) -> None:
    """Enter what a function runs in that is being differentiated."""
    short = _short(transform)
    inside = trait(short, begin(span, f"`{short}` runs this, where no tensor has memory"))
    state.surroundings = replace(state.surroundings, differentiated=inside)


def _short(transform: str) -> str:
    return transform.removesuffix(WITH_MORE).rpartition(".")[2]


def _wrapped(
    machine: Machine,
    transform: str,
    grad: Belief | None,
    value: Value,
    state: State,
    activation: Activation,
    span: Span,
    part: str,
) -> Value:
    """The wrappers of what a value has of tensors; `grad` is their flag, None for that of the wrapped."""
    short = _short(transform)
    story = begin(span, f"`{short}` hands over a wrapper")
    parts: Value = frozenset()
    for atom in in_order(value):
        tensor = state.get(atom) if isinstance(atom, Address) else None
        if not isinstance(tensor, Tensor):
            parts |= value_of(atom)
            continue
        made = replace(
            tensor,
            grad=flag_of_tensor(state, tensor) if grad is None else grad,
            leaf=NO,
            base=frozenset(),
            parameter=False,
            attributes={},
            traits={**tensor.traits, Check.STORAGE: trait(short, story)},
            story=tensor.story if grad is None else story if grad == YES else None,
        )
        parts |= machine.new(state, activation, span, f"wrapped {part}", made)
    return parts


def _unwrapped(
    machine: Machine,
    value: Value,
    state: State,
    activation: Activation,
    span: Span,
    role: str = "unwrapped",
) -> Value:
    parts: Value = frozenset()
    for number, atom in enumerate(in_order(value)):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Tensor) and Check.STORAGE in thing.traits:
            made = replace(thing, traits=without(thing.traits, Check.STORAGE), base=frozenset())
            parts |= machine.new(state, activation, span, f"{role} {number}", made)
        elif isinstance(thing, Sequence) and thing.kind == "tuple" and thing.exact:
            items = tuple(
                _unwrapped(machine, item, state, activation, span, f"{role} {number}.{index}")
                for index, item in enumerate(thing.items)
            )
            made_tuple = replace(thing, items=items)
            parts |= machine.new(state, activation, span, f"{role} {number}", made_tuple)
        else:
            parts |= value_of(atom)
    return parts
