"""The odd cases among PyTorch's callables: those whose facts say `special`.

Each handler answers with the outcomes of a call, or with None to leave it to the general rule. What is
no oddity of one callable stands elsewhere: functions that call back are many, and their facts say how
(`callbacks`). So does `.grad`, which is read, not called (`tensor_attributes`), and the work that
handlers leave to others: casts, exchanging the parameters of a module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from detachlint.domain.belief import NO, YES, Belief, Truth
from detachlint.domain.objects import Instance, Kind, Sequence, Tensor, Unknown, View
from detachlint.domain.story import begin
from detachlint.domain.traits import PLAIN, Check, Dtype, Trait, trait
from detachlint.domain.values import (
    FALSE,
    NONE,
    TRUE,
    Address,
    Library,
    Literal,
    Value,
    addresses,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import copying, items
from detachlint.interpret.language.elements import length_of
from detachlint.interpret.pytorch import (
    callbacks,
    casts,
    computed_parameters,
    functional_calls,
    gradients,
    leaves,
    modules,
    operations,
    placement,
    traits,
    written_files,
)
from detachlint.interpret.pytorch.cast_tensors import cast
from detachlint.interpret.pytorch.needed import note_losses
from detachlint.interpret.pytorch.result_places import dtype_of_data
from detachlint.interpret.pytorch.tensor_attributes import truth_belief
from detachlint.interpret.pytorch.tensors import (
    any_flag,
    flag_of,
    make_tensor,
    recorded_flag,
    severed_in,
    story_of,
    story_of_any,
    tensors_in,
)
from detachlint.interpret.pytorch.views import as_view, may_be_base
from detachlint.interpret.pytorch.writes import set_flag, write_into
from detachlint.knowledge import facts
from detachlint.knowledge.facts import Aliasing, CallFact, Result
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

MOST_OUTCOMES = 4
"""Outcomes of one function of a sequence with which the next one is called."""

Handler: TypeAlias = "Callable[[Machine, CallFact, LibraryCall], Outcomes | None]"


def apply(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes:
    """The outcomes of a call that a fact describes."""
    handler = HANDLERS.get(fact.special)
    handled = handler(machine, fact, call) if handler is not None else None
    return handled if handled is not None else operations.apply(machine, fact, call)


def _where(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`torch.where(condition, a, b)` propagates from `a` and `b`; with one argument it gives indices."""
    if call.operand(1, "input") is None and call.arguments.exact:
        index = Tensor(NO, leaf=YES, dtype=Dtype.INTEGER)
        one = make_tensor(machine, call.state, call.activation, call.span, index, "indices")
        thing = Sequence("tuple", (), one)
        return [(machine.new(call.state, call.activation, call.span, "outputs", thing), call.state)]
    return None


def _view(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`t.view(sizes)` is a view; `t.view(dtype)` reinterprets memory."""
    first = call.arguments.get(0, "dtype")
    if first is not None and any(isinstance(atom, Library) for atom in first):
        return None
    state = call.state
    inputs = [call.receiver]
    sizes_alone = replace(fact, aliasing=Aliasing.VIEW, depends=())
    prototype = operations.result_tensor(machine, sizes_alone, call, inputs)
    view = as_view(state, prototype, call.receiver)
    return [(make_tensor(machine, state, call.activation, call.span, view, "view"), state)]


def _leaf(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`nn.Parameter(t)`, or `Variable(t)`, which requires grad only if told to: leaves that share it."""
    parameter = facts.class_kind(fact.name) == "parameter"
    propagates = fact.results == (Result.PROPAGATE,)
    by_default = YES if parameter else any_flag(call.state, call.inputs) if propagates else NO
    asked = call.arguments.get(1, "requires_grad")
    flag = truth_belief(call.state, asked) if asked is not None else by_default
    what = "made with `requires_grad=True`"
    if asked is None:
        what = f"`{call.shown}` requires grad {'by default' if parameter else 'as its data does'}"
    story = begin(call.span, what) if flag.usual is not Truth.NO else None
    data = call.arguments.get(0, "data") or NONE
    role = "parameter" if parameter else "variable"
    made = leaves.leaf_of(call.state, data, flag, story, parameter=parameter)
    leaf = machine.new(call.state, call.activation, call.span, role, made)
    return [(leaf, call.state)]


def _backward(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`loss.backward(…)`, `torch.autograd.backward(losses, …)`: with a graph only if told so."""
    note_losses(machine, call.operand(0, "tensors") or NONE, call.state, call.span)
    flag = callbacks.flag_of_gradients(call.state, call.operand(3, "create_graph"))
    story = begin(call.span, f"`{call.shown}(…)` is told to make a graph of the gradients")
    gradients.leave(machine, call.state, flag, None if flag == NO else story)
    return [(NONE, call.state)]


def _autograd_grad(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`torch.autograd.grad(…)`: the gradients require grad only if `create_graph` is true."""
    asked = call.arguments.get(4, "create_graph")
    flag = callbacks.flag_of_gradients(call.state, asked)  # it turns grad mode on itself (executed)
    story = story_of_any(call.state, call.inputs)
    made = Tensor(flag, leaf=flag.opposite(), story=story)
    one = make_tensor(machine, call.state, call.activation, call.span, made, "gradient")
    inputs = call.arguments.get(1, "inputs") or frozenset()
    count = 1
    for address in addresses(inputs):
        thing = call.state.get(address)
        if isinstance(thing, Sequence):
            count = len(thing.items) if thing.exact else 0
        elif isinstance(thing, View):
            known = length_of(address, call.state)
            count = known[0] if known is not None and known[1] else 0
        elif isinstance(thing, Unknown):
            count = 0
    sequence = Sequence("tuple", (one,) * count, frozenset() if count else one)
    value = machine.new(call.state, call.activation, call.span, "gradients", sequence)
    return [(value, call.state)]


def _einsum(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`torch.einsum("ij->ji", t)` is a view; one that sums, or multiplies, makes a new tensor."""
    equation = single_literal(call.operand(0, "equation") or frozenset())
    operand = call.operand(1) or frozenset()
    things = [call.state.get(address) for address in addresses(operand)]
    alone = len(call.arguments.positional) == 2 and call.arguments.exact
    if any(isinstance(thing, Sequence) for thing in things):  # the operands in a list
        alone = alone and all(
            isinstance(thing, Sequence) and thing.exact and len(thing.items) == 1
            for thing in things
        )
    views = alone and equation is not None and not _sums(str(equation.value))
    aliasing = Aliasing.VIEW if views else Aliasing.FRESH
    return [(operations.outputs(machine, replace(fact, aliasing=aliasing), call), call.state)]


def _sums(equation: str) -> bool:
    """Whether some index of the operand is summed: without `->`, that is one which is there twice."""
    given, arrow, kept = equation.replace(" ", "").replace(".", "").partition("->")
    return bool(set(given) - set(kept)) if arrow else len(set(given)) < len(given)


def _getitem(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    index = call.operand(1) or NONE
    receiver, node = call.operand(0) or NONE, items.subscript(call.span)
    return items.read_item(machine, receiver, index, call.state, call.activation, node)


def _set_requires_grad(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`t.requires_grad_(flag=True)`; returns `t`."""
    flag, story = operations.asked_flag(call)
    set_flag(call.state, call.receiver, flag, story)
    return [(call.receiver, call.state)]


def _checkpoint(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """Reentrant checkpoints run the body with grad mode off; its outputs require grad all the same."""
    function = call.operand(0, fact.parameters[0])
    if function is None:
        return None
    if "input" in fact.parameters:
        return _in_sequence(machine, fact, call, function)
    own = {*fact.parameters, "preserve_rng_state"}  # which it takes out of the others itself
    keywords = {k: v for k, v in call.arguments.keywords.items() if k not in own}
    given = Arguments(call.arguments.positional[1:], keywords, call.arguments.rest)
    reentrant = call.arguments.keyword("use_reentrant")
    state = call.state
    if reentrant is not None and reentrant >= TRUE:
        callbacks.run_aside(machine, call, function, given, NO)
        callbacks.run_aside(machine, call, function, given, YES)  # once more, in `backward`
        flag = recorded_flag(state, list(given.positional))
        tensor = Tensor(flag, story=story_of_any(state, list(given.positional)))
        return [(machine.new(state, call.activation, call.span, "checkpoint", tensor), state)]
    return machine.call(function, given, state, call.activation, call.span, call.shown)


def _in_sequence(
    machine: Machine, fact: CallFact, call: LibraryCall, functions: Value
) -> Outcomes | None:
    """`checkpoint_sequential(functions, segments, input)`: what one gives is handed to the next."""
    given = call.operand(fact.parameters.index("input"), "input")
    things = [call.state.get(atom) if isinstance(atom, Address) else None for atom in functions]
    thing = things[0] if len(things) == 1 else None
    stages = thing.items if isinstance(thing, Sequence) and thing.exact else (functions,)
    if given is None:
        return None
    outcomes: Outcomes = [(given, call.state)]
    for stage in stages:
        outcomes = [
            outcome
            for value, state in outcomes
            for outcome in machine.call(
                stage, Arguments((value,)), state, call.activation, call.span, call.shown
            )
        ]
        if len(outcomes) > MOST_OUTCOMES:
            outcomes = [machine.join_outcomes(outcomes)]
    return outcomes


def _functional_call(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`torch.func.functional_call(module, parameters, args)`; what is not given stays the module's.

    Where nobody knows which parameters are given, they are taken to be all.
    """
    module = call.operand(0)
    if module is None:
        return None
    state = call.state
    arguments = functional_calls.unpacked(
        state, call.arguments.get(2, "args"), call.arguments.get(3, "kwargs")
    )
    parameters = call.arguments.get(1, "parameter_and_buffer_dicts")
    given = functional_calls.given_attributes(state, module, parameters)
    own = functional_calls.exchange(state, given or {})
    outcomes = machine.call(module, arguments, state, call.activation, call.span, call.shown)
    for _, after in outcomes:
        functional_calls.exchange(after, own)
    if given is not None:
        return outcomes
    return [(_of_all_inputs(machine, call, after), after) for _, after in outcomes]


def _of_all_inputs(machine: Machine, call: LibraryCall, state: State) -> Value:
    flag = recorded_flag(state, call.inputs)
    tensor = Tensor(flag, story=story_of_any(state, call.inputs))
    return machine.new(state, call.activation, call.span, "functional call", tensor)


def _load(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """What was saved; where that is out of sight, often a module or a state dict: nobody knows."""
    file = call.operand(0, "f") or frozenset()
    found = written_files.read(machine, call, file, call.operand(1, "map_location"))
    if not found and Result.PYTHON in fact.results:
        return None
    unknown = found or machine.unknown(call.state, call.activation, call.span, "loaded")
    return [(unknown, call.state)]


def _save(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`torch.save(content, file)`."""
    content = call.operand(0, "obj") or call.arguments.keyword("m")
    file = call.operand(1, "f")
    if content and file:
        written_files.write(machine, call, file, content)
    return [(NONE, call.state)]


def _module_load(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`t.module_load(other, assign=False)` copies `other` into `t`, or leaves `t` alone; gives what it
    has taken without its history.
    """
    state, other = call.state, call.operand(1, "other") or NONE
    assigns = truth_belief(state, call.operand(2, "assign") or FALSE)
    if assigns != YES:
        flag = flag_of(state, other).both(assigns.opposite())
        message = f"`{call.shown}(…)` copies something that requires grad into it"
        write_into(state, call.receiver, flag, call.span, message, story_of(state, other))
    taken = call.receiver if assigns == NO else other if assigns == YES else call.receiver | other
    made = operations.result_tensor(machine, fact, call, [taken])
    detached = replace(made, grad=NO, leaf=YES, traits=traits.of_view(state, taken), story=None)
    return [(make_tensor(machine, state, call.activation, call.span, detached), state)]


def _deepcopy(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    original = call.operand(0)
    if original is None:
        return None
    copied = copying.deep_copy(machine, call.state, call.activation, call.span, original)
    return [(copied, call.state)]


def _gives_argument(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    given = call.operand(0)
    if given and "parameter" in fact.traits:
        computed_parameters.compute(machine, fact, given, call)
    return [(given, call.state)] if given else None


def of_parts(machine: Machine, fact: CallFact, call: LibraryCall) -> Value:
    """A masked tensor, or a nested one: a class of its own with `layout=torch.jagged`.

    Of a single tensor `as_nested_tensor` makes a view, of several a new one (executed).
    """
    kind = fact.traits["layout"]
    story = begin(call.span, f"`{call.shown}(…)` makes a {kind} tensor")
    layout = call.arguments.keyword("layout")
    is_class = kind == "masked" or layout == value_of(Library("torch.jagged"))
    known = is_class or layout is None or layout == value_of(Library("torch.strided"))
    check = Check.SUBCLASS if is_class else Check.STORAGE
    asked = call.arguments.keyword("requires_grad")
    flag = NO
    if fact.results == (Result.PROPAGATE,):
        flag = any_flag(call.state, call.inputs)
        given = call.operand(0) or frozenset()
        viewed = fact.aliasing is Aliasing.SOMETIMES and tensors_in(call.state, given)
        flag = flag if viewed else flag.both(call.state.recording)
    made = Tensor(
        flag if asked is None else truth_belief(call.state, asked),
        dtype=placement.float_dtype_of(call),
        device=placement.device_of(call),
        traits={check: trait(kind, story)} if known else {},
        story=story,
    )
    return make_tensor(machine, call.state, call.activation, call.span, made)


def _from_pretrained(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`nn.Embedding.from_pretrained(w, freeze=True)`: frozen by default."""
    owner = fact.name.rpartition(".")[0]
    made = modules.construct(machine, replace(call, name=owner, arguments=Arguments()))
    freeze = call.arguments.get(1, "freeze")
    flag: Belief = NO
    if freeze is not None:
        flag = truth_belief(call.state, freeze).opposite()
    _set_all(call.state, made, flag)
    return [(made, call.state)]


def _set_all(state: State, made: Value, flag: Belief) -> None:
    for atom in made:
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance):
            for value in thing.attributes.values():
                for parameter in value:
                    inner = state.get(parameter) if isinstance(parameter, Address) else None
                    if isinstance(inner, Tensor) and isinstance(parameter, Address):
                        state.heap[parameter] = replace(inner, grad=flag)


# --- casts and moves -----------------------------------------------------------------------------


def _to(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`t.to(…)`, `t.type_as(…)`."""
    return [(cast(machine, call, call.receiver), call.state)]


def _to_type(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`t.type()` is a name; `t.type(dtype)` casts. `"torch.LongTensor"` names count, too."""
    asked = call.operand(1, "dtype")
    if asked is None:
        result = machine.unknown(
            call.state, call.activation, call.span, "type", kind=Kind.TEXT, grad=NO
        )
        return [(result, call.state)]
    dtype = _dtype_of_type(asked)
    arguments = Arguments((), {"dtype": asked})
    if dtype is not None:
        made: Value = frozenset()
        for address in addresses(call.receiver):
            thing = call.state.get(address)
            if not isinstance(thing, Tensor):
                continue
            flag = flag_of(call.state, value_of(address)).both(call.state.recording)
            integer = dtype.is_integer
            one = replace(
                thing,
                grad=NO if integer else flag,
                base=frozenset(),
                dtype=dtype,
                parameter=False,
                attributes={},
                story=None if integer else thing.story,
            )
            made |= make_tensor(machine, call.state, call.activation, call.span, one, "type")
        return [(made, call.state)]
    return [(cast(machine, replace(call, arguments=arguments), call.receiver), call.state)]


def _dtype_of_type(asked: Value) -> Dtype | None:
    """The dtype that a legacy class stands for, itself or by its name: `"torch.LongTensor"`."""
    for atom in asked:
        text = str(atom.value) if isinstance(atom, Literal) else str(getattr(atom, "name", ""))
        legacy = facts.call_fact(text) if text.endswith("Tensor") else None
        if legacy is not None and legacy.results[0] is Result.INTEGER:
            return Dtype.INTEGER
        if legacy is not None and legacy.dtype != "same":
            return placement.dtype_named(f"torch.{legacy.dtype}")
    return None


# --- made of data ------------------------------------------------------------------------------


def _tensor(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`torch.tensor(data)`: a copy without history; a leaf with `requires_grad=True`."""
    data = call.operand(1 if call.receiver else 0, "data") or NONE
    asked = call.arguments.keyword("requires_grad")
    flag = truth_belief(call.state, asked) if asked is not None else NO
    story = begin(call.span, f"`{call.shown}(…, requires_grad=…)` makes a leaf that requires grad")
    inputs = [data]
    inferred = dtype_of_data(call.state, data)
    made = Tensor(
        flag,
        leaf=YES,
        dtype=placement.dtype_from(
            call.state,
            call.arguments.keyword("dtype"),
            _own_dtype(call) or inferred,
            begin(call.span, f"`{call.shown}(…)` makes it of this dtype"),
        ),
        device=_device_of_data(call, data),
        severed=severed_in(call.state, inputs),
        flag=operations.deciding_atom(asked) if asked is not None else None,
        story=story if flag.usual is not Truth.NO else None,
    )
    value = make_tensor(machine, call.state, call.activation, call.span, made)
    return [(value, call.state)]


def _own_dtype(call: LibraryCall) -> Dtype | None:
    """That of the tensor whose `new_tensor` it is; whatever it is given is cast."""
    return placement.dtype_of_value(call.state, call.receiver) if call.receiver else None


def _device_of_data(call: LibraryCall, data: Value) -> Trait:
    """Where `device=` says; else where the data is, if that is a tensor (not: a list of them)."""
    found = call.state.surroundings.device
    tensors = [a for a in data if isinstance(a, Address)]
    if any(isinstance(call.state.get(a), (Tensor, Unknown)) for a in tensors):
        found = placement.common_device(call.state, [data])
    if call.receiver:
        found = placement.common_device(call.state, [call.receiver])
    asked = call.arguments.keyword("device")
    story = begin(call.span, f"`{call.shown}(…)` makes it there")
    return placement.device_from(call.state, asked, found, story)


def _as_tensor(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """A tensor comes back as it is (or as a differentiable copy); other data as a plain tensor."""
    if fact.results == (Result.NEVER,):
        return _of_array(machine, call)
    data = call.operand(0, "data") or call.operand(0, "obj") or NONE
    given = [a for a in addresses(data) if isinstance(call.state.get(a), Tensor)]
    unknown = [a for a in addresses(data) if isinstance(call.state.get(a), Unknown)]
    if not given and not unknown:
        return _tensor(machine, fact, call)
    parts: Value = frozenset()
    if given:
        parts |= cast(machine, _without_data(call), frozenset(given))
    if unknown:
        parts |= _tensor_of_unseen(machine, call, frozenset(unknown))
    return [(parts, call.state)]


def _of_array(machine: Machine, call: LibraryCall) -> Outcomes:
    """`torch.from_numpy(a)` takes arrays alone, which lie on the CPU and have no grad."""
    data = call.operand(0, "ndarray") or NONE
    severed = severed_in(call.state, [data])
    made = Tensor(NO, leaf=YES, dtype=dtype_of_data(call.state, data), severed=severed)
    return [(make_tensor(machine, call.state, call.activation, call.span, made), call.state)]


def _tensor_of_unseen(machine: Machine, call: LibraryCall, data: Value) -> Value:
    """What comes out is a tensor whatever goes in, and perhaps the very thing that was given."""
    flag = flag_of(call.state, data)
    asked = casts.asked_dtype(_without_data(call))
    made = Tensor(
        flag,
        dtype=Dtype.UNKNOWN if asked is None else asked,
        device=_device_of_data(call, data),
        severed=severed_in(call.state, [data]),
        story=story_of(call.state, data),
    )
    # What nobody saw being made was perhaps made in this mode.
    made = replace(may_be_base(call.state, made, data), inference=call.state.inference.join(NO))
    return make_tensor(machine, call.state, call.activation, call.span, made, "as_tensor")


def _asarray(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """Like `as_tensor`, but a copy has the flag of the tensor even under `no_grad` (executed).

    `requires_grad=` sets the flag of what comes out, be it the very tensor that was given; one that
    was computed is left alone when the flag is to be false, a detached alias comes out instead.
    """
    data = call.operand(0, "obj") or NONE
    state = call.state
    if set(tensors_in(state, data)) != set(data):
        return _as_tensor(machine, fact, call)
    value = cast(machine, _without_data(call), data, keeps_flag=True)
    asked = call.arguments.keyword("requires_grad")
    if asked is None or asked == NONE:
        return [(value, state)]
    flag = truth_belief(state, asked)
    story = begin(call.span, f"`{call.shown}(…, requires_grad=…)` sets the flag")
    story_of_flag = story if flag.usual is not Truth.NO else None
    parts: Value = frozenset()
    for address in tensors_in(state, value):
        thing = state.get(address)
        if isinstance(thing, Tensor) and thing.leaf != YES and flag != YES:
            alias = replace(thing, grad=flag, leaf=YES, base=frozenset(), story=story_of_flag)
            parts |= make_tensor(
                machine,
                state,
                call.activation,
                call.span,
                alias,
                "alias",
                of=address,
                inference=thing.inference,
            )
        else:
            set_flag(state, value_of(address), flag, story_of_flag)
            parts |= value_of(address)
    return [(parts, state)]


def _without_data(call: LibraryCall) -> LibraryCall:
    """What `_as_tensor(data, dtype=…, device=…)` asks for beside its data: by keyword alone."""
    return replace(call, arguments=Arguments((), call.arguments.keywords))


def _legacy_constructor(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`torch.Tensor(t)` keeps the flag of a tensor, which must be of its dtype; anything else gives a
    plain tensor."""
    data = call.operand(1 if call.receiver else 0)
    if data is not None and tensors_in(call.state, data):
        return [(data, call.state)]
    severed = severed_in(call.state, call.inputs)
    story = begin(call.span, f"`{call.shown}(…)` makes it of this dtype")
    dtype = (
        placement.dtype_named(fact.dtype, story)
        if fact.dtype not in ("same", "argument")
        else _own_dtype(call) or Dtype.FLOAT32
    )
    device = PLAIN
    if call.receiver:
        device = placement.common_device(call.state, [call.receiver])
    made = Tensor(NO, leaf=YES, severed=severed, dtype=dtype, device=device)
    return [(make_tensor(machine, call.state, call.activation, call.span, made), call.state)]


HANDLERS: dict[str, Handler] = {
    "as_tensor": _as_tensor,
    "asarray": _asarray,
    "autograd_grad": _autograd_grad,
    "backward": _backward,
    "callback": callbacks.run,
    "checkpoint": _checkpoint,
    "deepcopy": _deepcopy,
    "einsum": _einsum,
    "from_pretrained": _from_pretrained,
    "functional_call": _functional_call,
    "getitem": _getitem,
    "gives_argument": _gives_argument,
    "leaf": _leaf,
    "legacy_constructor": _legacy_constructor,
    "load": _load,
    "save": _save,
    "module_load": _module_load,
    "requires_grad_": _set_requires_grad,
    "tensor": _tensor,
    "to": _to,
    "type": _to_type,
    "view": _view,
    "where": _where,
}
