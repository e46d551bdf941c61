"""Calls of PyTorch's functions and tensor methods, carried out by their facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from detachlint.domain.belief import NO, YES, Belief, Truth
from detachlint.domain.objects import Kind, Sequence, Tensor, Unknown
from detachlint.domain.story import Story, begin, then
from detachlint.domain.traits import PLAIN, UNSEEN, Dtype
from detachlint.domain.values import (
    NONE,
    Address,
    Atom,
    Library,
    Value,
    addresses,
    join_values,
    single_address,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import placement, surrounding, traits
from detachlint.interpret.pytorch.dimensions import makes_dimensions, makes_number
from detachlint.interpret.pytorch.perhaps_views import sometimes_view, with_items
from detachlint.interpret.pytorch.result_places import (
    device_of_result,
    dtype_of_result,
    flag_of_dtype,
)
from detachlint.interpret.pytorch.tensor_attributes import truth_belief
from detachlint.interpret.pytorch.tensors import (
    any_flag,
    holds_tensor,
    make_tensor,
    recorded_flag,
    severed_in,
    story_of,
    story_of_any,
    tensors_in,
)
from detachlint.interpret.pytorch.views import as_view, inference_of, may_be_base
from detachlint.interpret.pytorch.writes import into_integers, write_into
from detachlint.knowledge.facts import Aliasing, CallFact, Result, class_kind
from detachlint.knowledge.names import MODULE
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

MethodHandler: TypeAlias = "Callable[[Machine, Atom, LibraryCall], Outcomes]"


def apply(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes:
    """The outcomes of a call that follows the general rule of its fact."""
    if sheds_the_flag(fact):
        return [(shed_the_flag(fact, call), call.state)]
    if fact.in_place:
        return [(write_in_place(machine, fact, call), call.state)]
    out = call.arguments.keyword("out")
    value = outputs(machine, fact, call)
    if out is not None and out != NONE:
        write_into(
            call.state, out, any_flag(call.state, call.inputs), call.span, "written as `out=`", None
        )
        value = out
    return [(value, call.state)]


def sheds_the_flag(fact: CallFact) -> bool:
    """Whether argument 0 itself comes out, and does not require grad: `t.detach_()`."""
    return fact.aliasing is Aliasing.SELF and fact.results == (Result.NEVER,)


def shed_the_flag(fact: CallFact, call: LibraryCall) -> Value:
    """`t.detach_()` makes `t` itself a leaf that does not require grad (it raises on views)."""
    target = call.first(fact.parameters)
    if _keeps_flag(fact, call.state):
        return target
    for address in addresses(target):
        thing = call.state.get(address)
        if isinstance(thing, (Tensor, Unknown)):
            changed = replace(thing, grad=NO, story=None)
            if isinstance(changed, Tensor):
                changed = replace(changed, leaf=YES)
            call.state.put(address, changed if len(target) == 1 else thing.join(changed))  # type: ignore[arg-type]  # same class
    return target


def write_in_place(machine: Machine, fact: CallFact, call: LibraryCall) -> Value:
    """What writes its first argument gives: that one, or nothing (`t.__setitem__(…)`)."""
    target = call.first(fact.parameters)
    others = [value for value in gradient_inputs(fact, call) if value is not target]
    state = call.state
    gives_nothing = fact.python_type == "NoneType"
    if fact.results[0] is not Result.PROPAGATE and not gives_nothing:
        return target
    message = f"`{call.shown}(…)` writes something that requires grad into it"
    flag, story = any_flag(state, others), story_of_any(state, others)
    write_into(state, target, flag, call.span, message, story, integers=into_integers(fact))
    severed = severed_in(state, others)
    for address in addresses(target) if severed else []:
        thing = state.get(address)
        if isinstance(thing, Tensor):
            state.put(address, replace(thing, severed=thing.severed | severed))
    return NONE if gives_nothing else target


def gradient_inputs(fact: CallFact, call: LibraryCall) -> list[Value]:
    """The inputs whose flags matter: all but those the fact says do not."""
    if not fact.ignored:
        return call.inputs
    first = 1 if call.receiver else 0
    skipped = {position - first for position in fact.ignored}
    names = {fact.parameters[i] for i in fact.ignored if i < len(fact.parameters)}
    arguments = [v for i, v in enumerate(call.arguments.positional) if i not in skipped]
    named = [v for keyword, v in call.arguments.keywords.items() if keyword not in names]
    inputs = [*arguments, *named]
    if call.arguments.rest:
        inputs.append(call.arguments.rest)
    return [call.receiver, *inputs] if call.receiver else inputs


def outputs(machine: Machine, fact: CallFact, call: LibraryCall) -> Value:
    """The value of a call that makes its result (or a view)."""
    fact = as_asked(fact, call)
    parted = _arguments_apart(call) if fact.each else ()
    if parted:
        alone = replace(fact, repeated=False, each=False, sequence="")
        calls = (replace(call, arguments=Arguments((value,))) for value in parted)
        made = tuple(
            _output_of_one(machine, alone, one, f"output {index}")
            for index, one in enumerate(calls)
        )
        several = Sequence(fact.sequence, made)
        return machine.new(call.state, call.activation, call.span, "outputs", several)
    inputs = gradient_inputs(fact, call)
    prototype = result_tensor(machine, fact, call, inputs)
    if fact.repeated:
        one = _output(machine, fact, call, fact.results[0], prototype, "each")
        return machine.new(
            call.state,
            call.activation,
            call.span,
            "outputs",
            Sequence(fact.sequence or "tuple", (), one),
        )
    if not fact.results:
        return machine.unknown(call.state, call.activation, call.span, fact.name)
    parts = tuple(
        _output(machine, fact, call, result, own, f"output {index}")
        for index, result in enumerate(fact.results)
        for own in (_prototype_of(machine, fact, call, index, prototype),)
    )
    if not fact.sequence:
        return parts[0]
    sequence = Sequence(fact.sequence, parts, fields=fact.fields)
    return machine.new(call.state, call.activation, call.span, "outputs", sequence)


def _prototype_of(
    machine: Machine, fact: CallFact, call: LibraryCall, index: int, usual: Tensor
) -> Tensor:
    """What an output is, where it does not depend on all that others depend on, or is conjugated."""
    ignored = fact.apart[index] if index < len(fact.apart) else ()
    if ignored:
        own = replace(fact, ignored=(*fact.ignored, *ignored))
        usual = result_tensor(machine, own, call, gradient_inputs(own, call))
    if index in fact.conjugated:
        return replace(usual, traits=traits.conjugated(usual, f"{call.shown}(…)", call.span))
    return usual


def _output_of_one(machine: Machine, fact: CallFact, call: LibraryCall, role: str) -> Value:
    prototype = result_tensor(machine, fact, call, call.inputs)
    return _output(machine, fact, call, fact.results[0], prototype, role)


def _arguments_apart(call: LibraryCall) -> tuple[Value, ...]:
    """The tensors given one by one, or in one list; empty where it is not known which they are."""
    given = call.arguments.positional
    if not call.arguments.exact or call.receiver:
        return ()
    if len(given) == 1:
        things = [call.state.get(a) if isinstance(a, Address) else None for a in given[0]]
        (thing,) = things if len(things) == 1 else (None,)
        if isinstance(thing, Sequence):
            return thing.items if thing.exact else ()
    return given


def as_asked(fact: CallFact, call: LibraryCall) -> CallFact:
    """The fact without the outputs that a call does not ask for: `t.max()` gives the values alone.

    Where it is not known whether it asks, it is taken to.
    """
    form = fact.form
    if form is None or fact.results == (Result.PYTHON,):
        return fact
    asked = sum(_asks(fact, call, name) for name in form.arguments)
    if fact.repeated:
        asked += form.asked == "several" and _gives_several(call)
        return fact if asked else replace(fact, repeated=False, each=False, sequence="")
    count = len(fact.results) - len(form.arguments) + asked
    if count > 1:
        return replace(fact, results=fact.results[:count], fields=fact.fields[:count])
    return replace(fact, results=fact.results[:count], sequence="", fields=())


def _gives_several(call: LibraryCall) -> bool:
    """Whether several tensors are given, one by one or in a list; a call that unpacks may give them."""
    given = call.arguments.positional
    in_a_list = bool(given) and placement.are_in_a_list(call.state, given[0])
    return in_a_list or len(given) > 1 or not call.arguments.exact


def _asks(fact: CallFact, call: LibraryCall, name: str) -> bool:
    assert fact.form is not None
    place = fact.parameters.index(name) if name in fact.parameters else -1
    if fact.form.asked == "true":
        return call.flag(place, name, default=False) is not False
    given = call.operand(place, name)
    if given is None:
        return not call.arguments.exact
    # `torch.max(a, b)` has no dimension there.
    return not (holds_tensor(call.state, given) and tensors_in(call.state, given))


def result_tensor(
    machine: Machine, fact: CallFact, call: LibraryCall, inputs: list[Value]
) -> Tensor:
    """What a differentiable output of the call is."""
    state = call.state
    flag = recorded_flag(state, inputs)
    story = story_of_any(state, inputs)
    asked = call.arguments.keyword("requires_grad") if fact.factory else None
    decides = None if asked is None else deciding_atom(asked)
    from_nothing = fact.factory and Result.PROPAGATE not in fact.results
    if asked is not None:
        flag = truth_belief(state, asked)
        story = begin(
            call.span, f"`{call.shown}(…, requires_grad=…)` makes a leaf that requires grad"
        )
    elif from_nothing:
        flag = NO
    else:
        story = then(story, call.span, f"`{call.shown}(…)` is computed from it")
    device = device_of_result(fact, call, inputs)
    if asked is None:
        flag = flag_of_dtype(fact.traits.get("mixed", ""), state, inputs, flag)
    return Tensor(
        flag,
        leaf=YES if from_nothing or asked is not None else flag.opposite(),
        dtype=surrounding.lowered(state, fact, dtype_of_result(fact, call, inputs), device),
        device=device,
        traits=traits.of_result(fact, call, inputs),
        number=makes_number(state, fact.name, call.receiver, call.arguments),
        dimensioned=makes_dimensions(state, fact.name, call.receiver, call.arguments),
        severed=severed_in(state, inputs),
        flag=decides,
        story=story if flag.usual not in (Truth.NO, Truth.BOTTOM) else None,
    )


def deciding_atom(asked: Value) -> Atom | None:
    """The unknown condition in `requires_grad=condition`, if it is one."""
    return single_address(asked)


def _output(
    machine: Machine,
    fact: CallFact,
    call: LibraryCall,
    result: Result,
    prototype: Tensor,
    role: str,
) -> Value:
    if result is Result.PYTHON:
        return python_result(machine, fact, call, role)
    if result is Result.INTEGER:
        made = _of_integers(fact, prototype, role)
        return make_tensor(machine, call.state, call.activation, call.span, made, role)
    if result is Result.NEVER:
        return _without_grad(machine, fact, call, prototype, role)
    return _differentiable_output(machine, fact, call, prototype, role)


def _of_integers(fact: CallFact, prototype: Tensor, role: str) -> Tensor:
    """An output of whole numbers beside, or instead of, a differentiable one."""
    device = prototype.device
    if role in {f"output {place}" for place in fact.host}:
        device = PLAIN if device == PLAIN else UNSEEN
    dtype = prototype.dtype if prototype.dtype.is_integer else Dtype.INTEGER
    kept = placement.resolved(prototype.traits)
    return Tensor(NO, leaf=YES, dtype=dtype, device=device, traits=kept)


def _without_grad(
    machine: Machine, fact: CallFact, call: LibraryCall, prototype: Tensor, role: str
) -> Value:
    """An output that requires grad only if a factory was told so."""
    state = call.state
    asked = call.arguments.keyword("requires_grad") if fact.factory else None
    if asked is None:
        prototype = replace(prototype, grad=NO, leaf=YES, story=None)
    shares = fact.aliasing is not Aliasing.FRESH
    mark = inference_of(state, call.first(fact.parameters)) if shares else None
    return make_tensor(machine, state, call.activation, call.span, prototype, role, inference=mark)


def _differentiable_output(
    machine: Machine, fact: CallFact, call: LibraryCall, prototype: Tensor, role: str
) -> Value:
    state, activation, span = call.state, call.activation, call.span
    source = call.first(fact.parameters)
    if _inplace_flag(fact, call):
        flag = any_flag(call.state, call.inputs)
        write_into(call.state, source, flag, span, "written in place", story_of(call.state, source))
        return source
    match fact.aliasing:
        case Aliasing.SELF if prototype.traits == traits.of_view(state, source):
            return source or make_tensor(machine, state, activation, span, prototype, role)
        case Aliasing.VIEW:
            if fact.perhaps_self and traits.is_idle(state, fact, source):
                return source
            viewed = source if call.receiver else join_all(_differentiable(state, call.inputs))
            prototype = replace(prototype, reordered=fact.traits.get("order") == "varies")
            prototype = as_view(state, prototype, with_items(state, viewed))
            if fact.perhaps_self:
                prototype = may_be_base(state, prototype, viewed)
        case Aliasing.SOMETIMES:
            return sometimes_view(machine, fact, call, prototype, source, role)
        case Aliasing.FRESH if _keeps_flag(fact, state):
            prototype = as_view(state, prototype, with_items(state, source))
        case Aliasing.FRESH:
            pass
    return make_tensor(machine, state, activation, span, prototype, role)


def _keeps_flag(fact: CallFact, state: State) -> bool:
    """Whether the flag of argument 0 stays in inference mode, which is on."""
    return state.inference == YES and fact.traits.get("inference") == "keeps"


def _differentiable(state: State, values: list[Value]) -> list[Value]:
    """The values that may be differentiable tensors: whole numbers beside them are no base of a view."""
    found = []
    for value in values:
        things = [state.get(atom) if isinstance(atom, Address) else None for atom in value]
        if not all(isinstance(thing, Tensor) and thing.dtype.is_integer for thing in things):
            found.append(value)
    return found or values


def join_all(values: list[Value]) -> Value:
    """The join of values."""
    return frozenset().union(*values)


def _inplace_flag(fact: CallFact, call: LibraryCall) -> bool:
    if "inplace" not in fact.parameters:
        return False
    return call.flag(fact.parameters.index("inplace"), "inplace", default=False) is True


def python_result(
    machine: Machine, fact: CallFact, call: LibraryCall, role: str = "result"
) -> Value:
    """A number, bool, text or other thing that is no tensor."""
    if fact.python_type == "NoneType":
        return NONE
    if fact.ambient == "machine":
        return machine.derived(fact.name, (), call.span, Unknown(Kind.TRUTH, NO))
    python_type = fact.python_type
    if class_kind(python_type) in ("items", "transform"):  # made of what the call is given
        made = machine.call(
            value_of(Library(python_type)),
            call.arguments,
            call.state,
            call.activation,
            call.span,
            role,
        )
        return join_values(value for value, _ in made)
    if fact.form is not None:  # `t.size()`, or one number of it
        asked = any(_asks(fact, call, name) for name in fact.form.arguments)
        python_type = python_type.split("|")[0 if asked else -1]
    kind = _KINDS.get(python_type, Kind.OTHER)
    return machine.unknown(call.state, call.activation, call.span, role, kind=kind, grad=NO)


_KINDS = {
    "bool": Kind.TRUTH,
    "int": Kind.NUMBER,
    "float": Kind.NUMBER,
    "str": Kind.TEXT,
    MODULE: Kind.MODULE,
}


def unmodelled_result(machine: Machine, call: LibraryCall) -> Value:
    """The result of a call that has no fact: it may be anything."""
    machine.ledger.opaque(f"call of {call.shown}")
    return machine.unknown(
        call.state,
        call.activation,
        call.span,
        call.name,
        severed=severed_in(call.state, call.inputs),
    )


def asked_flag(call: LibraryCall) -> tuple[Belief, Story | None]:
    """The flag that `requires_grad_(flag=True)` sets, of a tensor or of a module, and its origin."""
    asked = call.arguments.get(0, "requires_grad")
    flag = truth_belief(call.state, asked) if asked is not None else YES
    if flag.usual is Truth.NO:
        return flag, None
    return flag, begin(call.span, "`requires_grad_()` is called here")
