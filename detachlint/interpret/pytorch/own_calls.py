"""Calls of what facts in words are stated about: by the user, or by the tables about libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO, YES, Belief, Truth
from detachlint.domain.objects import Array, Instance, Kind, Sequence, Tensor, Unknown
from detachlint.domain.story import begin, then
from detachlint.domain.traits import UNSEEN, Dtype, Trait
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    TRUE,
    Address,
    Atom,
    Library,
    Literal,
    Method,
    Value,
    in_order,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.engine.unseen_calls import note_escapes
from detachlint.interpret.language.contents import THROUGH
from detachlint.interpret.language.lookup import is_module
from detachlint.interpret.pytorch import callbacks, placement
from detachlint.interpret.pytorch.parameters import named_parameters
from detachlint.interpret.pytorch.tensors import (
    make_tensor,
    recorded_flag,
    severed_in,
    story_of_any,
)
from detachlint.knowledge.own import OwnFact, OwnResult
from detachlint.knowledge.source_facts import is_bare_module, source_fact
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def call_known(machine: Machine, name: str, call: LibraryCall) -> Outcomes | None:
    """The outcomes of calling what facts are stated about under `name`; None where there are none."""
    own = machine.own.get(name)
    if own is not None:
        return call_own(machine, own, call)
    known = source_fact(name)
    if known is None or known.stated.same_as:
        return None
    return call_own(machine, replace(known.stated, name=name), call, sure=known.certain)


def same_as(name: str) -> str:
    """The function of PyTorch that does the same, or `""`."""
    known = source_fact(name)
    return known.stated.same_as if known is not None and not is_bare_module(name) else ""


def is_known(machine: Machine, name: str) -> bool:
    """Whether facts are stated about a method, `class.method`."""
    return machine.own.get(name) is not None or source_fact(name) is not None


def is_part(machine: Machine, name: str) -> bool:
    """Whether an attribute, `maker.name`, is stated to be a module."""
    own = machine.own.get(name)
    known = source_fact(name) if own is None else None
    stated = known.stated if known is not None else own
    return stated is not None and stated.result is OwnResult.PART


def call_made_by(machine: Machine, name: str, thing: Unknown, call: LibraryCall) -> Outcomes | None:
    """A method of what a library has made, if facts are stated about it."""
    return call_known(machine, f"{thing.made_by}.{name}", call) if thing.made_by else None


def class_made(name: str) -> str:
    """The class of what a call gives: what `Class.from_pretrained(…)` makes is of that class."""
    owner, _, last = name.rpartition(".")
    return owner if last[:1].islower() and owner.rpartition(".")[2][:1].isupper() else name


def call_own(machine: Machine, fact: OwnFact, call: LibraryCall, *, sure: bool = True) -> Outcomes:
    """The outcomes of a call, as stated. Functions that are handed over are called in its mode.

    Not `sure`: nobody has executed what is stated.
    """
    state = call.state
    mode = state.mode
    if fact.without_grad:
        state.mode = NO
    if fact.result is None:
        machine.leave_in_unseen_hands(state, call.arguments.all())
    else:
        note_escapes(machine, state, call.inputs)
    given = _called_back(machine, fact, call) if fact.calls else BOTTOM_VALUE
    made = _result(machine, fact, call, sure, given)
    if fact.to_the_cpu:
        _move_to_the_cpu(machine, call)
    state.mode = mode
    return [(made, state)]


def _move_to_the_cpu(machine: Machine, call: LibraryCall) -> None:
    """Move the modules that are given there, in place."""
    for atom in (atom for value in call.arguments.all() for atom in in_order(value)):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        seen = isinstance(thing, Instance) and is_module(call.state, thing)
        if seen or (isinstance(thing, Unknown) and thing.kind is Kind.MODULE):
            machine.call(
                value_of(Method(atom, "cpu")),
                Arguments(),
                call.state,
                call.activation,
                call.span,
                call.shown,
            )


def _called_back(machine: Machine, fact: OwnFact, call: LibraryCall) -> Value:
    """What the function gives that is handed over: `odeint(function, y0, t)` calls `function(t, y0)`."""
    function = call.arguments.get(0, fact.parameters[0])
    if function is None:
        return BOTTOM_VALUE
    handed = tuple(
        call.arguments.get(fact.parameters.index(name), name)
        or machine.unknown(call.state, call.activation, call.span, name, grad=MAYBE)
        for name in fact.calls
    )
    return callbacks.run_aside(machine, call, function, Arguments(handed), call.state.mode)


def _propagated(machine: Machine, fact: OwnFact, call: LibraryCall, given: Value) -> Tensor:
    """What is made of the arguments, and of what a function has `given` that is among them."""
    state = call.state
    sources = [*call.inputs, given]
    flag = recorded_flag(state, sources)
    story = story_of_any(state, sources)
    weights = [] if fact.calls else _parameters(machine, call)
    if flag.usual is not Truth.YES and weights:
        flag = flag.either(recorded_flag(state, weights).in_unseen_hands())
        story = story or story_of_any(state, weights)
    story = then(story, call.span, f"passed through `{fact.name}`")
    return Tensor(flag, severed=severed_in(state, sources), story=story)


def _parameters(machine: Machine, call: LibraryCall) -> list[Value]:
    """The parameters of the modules among the arguments."""
    found: list[Value] = []
    for atom in (atom for value in call.arguments.all() for atom in in_order(value)):
        if not isinstance(atom, Address):
            continue
        thing = call.state.get(atom)
        seen = isinstance(thing, Instance) and is_module(call.state, thing)
        if seen or (isinstance(thing, Unknown) and thing.kind is Kind.MODULE):
            named = named_parameters(machine, call.state, atom, call.span)
            found += [value_of(address) for _, address in named]
    return found


def _result(machine: Machine, fact: OwnFact, call: LibraryCall, sure: bool, given: Value) -> Value:
    state, activation, span = call.state, call.activation, call.span
    severed = severed_in(state, call.inputs)
    match fact.result:
        case OwnResult.ARRAY:
            return machine.new(state, activation, span, "array", Array(severed | {span}))
        case OwnResult.MODULE | OwnResult.PART:
            device, narrow = _asked_of_module(call)
            thing = Unknown(
                Kind.MODULE, device=device, narrow=narrow, made_by=class_made(fact.name)
            )
            return value_of(
                machine.unknown_object(state, activation.context, span, fact.name, thing)
            )
        case OwnResult.ARGUMENT:
            return _given_back(machine, call)
        case OwnResult.DATA:
            grad = Belief(Truth.NO, Truth.MAYBE)
            return machine.unknown(state, activation, span, fact.name, grad=grad, severed=severed)
        case OwnResult.OBJECT:
            thing = Unknown(Kind.OTHER, NO, made_by=class_made(fact.name))
            return value_of(
                machine.unknown_object(state, activation.context, span, fact.name, thing)
            )
        case OwnResult.ITERATES:
            return _running_through(machine, fact, call, sure)
        case OwnResult.TRUE:
            return TRUE
        case OwnResult.NEVER:
            tensor = Tensor(NO, severed=severed)
        case OwnResult.REQUIRES_GRAD:
            origin = begin(span, f"`{fact.name}` gives a tensor that requires grad")
            tensor = Tensor(YES, severed=severed, story=origin)
        case OwnResult.PROPAGATE:
            tensor = _propagated(machine, fact, call, given)
        case None:
            # It may give back a parameter or a view of one; what it computes does not require grad.
            grad = Belief(Truth.NO, Truth.MAYBE)
            return machine.unknown(state, activation, span, fact.name, grad=grad, severed=severed)
    if not sure:
        tensor = replace(tensor, grad=tensor.grad.in_unseen_hands())
    return make_tensor(machine, state, activation, span, tensor)


def _given_back(machine: Machine, call: LibraryCall) -> Value:
    """What was given: `prepare(model)` gives the model, `prepare(model, optimizer)` a tuple."""
    given = call.arguments.positional
    if len(given) == 1 and not call.arguments.rest:
        return given[0]
    if not given and not call.arguments.rest:
        return next(iter(call.arguments.keywords.values()), NONE)
    thing = Sequence("tuple", given, call.arguments.rest)
    return machine.new(call.state, call.activation, call.span, "given", thing)


def _running_through(machine: Machine, fact: OwnFact, call: LibraryCall, sure: bool) -> Value:
    """The object that gives the elements of argument 0, as they are when they are asked for."""
    state, activation, span = call.state, call.activation, call.span
    given = call.arguments.get(0, "iterable") or BOTTOM_VALUE
    if given and all(_is_number(state, atom) for atom in given):
        counting = value_of(Library("builtins.range"))
        given, _ = machine.join_outcomes(
            machine.call(
                counting, Arguments(call.arguments.positional), state, activation, span, call.shown
            )
        )
    if not given or not sure:
        given |= machine.unknown(state, activation, span, "run through")
    thing = Instance(value_of(Library(fact.name)), {THROUGH: given})
    return machine.new(state, activation, span, "running through", thing)


def _is_number(state: State, atom: Atom) -> bool:
    if isinstance(atom, Literal):
        return isinstance(atom.value, int)
    thing = state.get(atom) if isinstance(atom, Address) else None
    return isinstance(thing, Unknown) and thing.kind is Kind.NUMBER


def _asked_of_module(call: LibraryCall) -> tuple[Trait, Trait]:
    """Device and dtype of a model loaded with `device_map=` and `torch_dtype=` (or `dtype=`)."""
    story = begin(call.span, f"`{call.shown}(…)` loads it so")
    asked = call.arguments.keyword("torch_dtype") or call.arguments.keyword("dtype")
    place = call.arguments.keyword("device_map") or call.arguments.keyword("device")
    dtype = placement.dtype_from(call.state, asked, Dtype.UNKNOWN, story)
    return placement.device_from(call.state, place, UNSEEN, story), dtype.narrow
