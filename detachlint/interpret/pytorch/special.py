"""The odd cases among PyTorch's callables: those whose facts say `special`.

Each handler answers with the outcomes of a call, or with None to leave it to the general rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from detachlint.domain.belief import NO, YES, Belief, Truth
from detachlint.domain.objects import Instance, Sequence, Tensor, Unknown, View
from detachlint.domain.story import begin
from detachlint.domain.traits import Check, Dtype, trait
from detachlint.domain.values import (
    FALSE,
    NONE,
    Address,
    Library,
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
    cast_tensors,
    functional_calls,
    made_of_data,
    modules,
    operations,
    placement,
    traits,
)
from detachlint.interpret.pytorch.needed import note_use
from detachlint.interpret.pytorch.tensor_attributes import truth_belief
from detachlint.interpret.pytorch.tensors import (
    any_flag,
    flag_of,
    make_tensor,
    severed_in,
    story_of,
    story_of_any,
    tensors_in,
)
from detachlint.interpret.pytorch.views import as_view, inference_of
from detachlint.interpret.pytorch.writes import write_into
from detachlint.ir.nodes import Constant, Name, Subscript
from detachlint.knowledge import facts
from detachlint.knowledge.facts import Aliasing, CallFact, Result
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

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
    data = call.arguments.get(0, "data") or NONE
    dtype = placement.dtype_of(call.state, [data])
    made = Tensor(
        flag,
        leaf=YES,
        dtype=dtype if not dtype.is_integer or flag == NO else Dtype.FLOAT,
        device=placement.common_device(call.state, [data]),
        traits=traits.of_view(call.state, data),
        parameter=parameter,
        severed=severed_in(call.state, [data]),
        story=begin(call.span, what) if flag.usual is not Truth.NO else None,
    )
    role = "parameter" if parameter else "variable"
    mark = inference_of(call.state, data) if tensors_in(call.state, data) else None
    leaf = make_tensor(machine, call.state, call.activation, call.span, made, role, inference=mark)
    return [(leaf, call.state)]


def _backward(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    for value in call.inputs:
        note_use(machine, value, call.state)
    return [(NONE, call.state)]


def _autograd_grad(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """`torch.autograd.grad(…)`: the gradients require grad only if `create_graph` is true."""
    asked = call.arguments.get(4, "create_graph")
    flag = callbacks.flag_of_gradients(call.state, asked).both(call.state.recording)
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
    listed = any(isinstance(call.state.get(a), Sequence) for a in addresses(operand))
    alone = len(call.arguments.positional) == 2 and call.arguments.exact and not listed
    views = alone and equation is not None and not _sums(str(equation.value))
    aliasing = Aliasing.VIEW if views else Aliasing.FRESH
    return [(operations.outputs(machine, replace(fact, aliasing=aliasing), call), call.state)]


def _sums(equation: str) -> bool:
    """Whether some index of the operand is summed: without `->`, that is one which is there twice."""
    given, arrow, kept = equation.replace(" ", "").replace(".", "").partition("->")
    return bool(set(given) - set(kept)) if arrow else len(set(given)) < len(given)


def _getitem(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    index = call.operand(1) or NONE
    span = call.span
    node = Subscript(Name("", 0, span), Constant(0, span), span)
    receiver = call.operand(0) or NONE
    return items.read_item(machine, receiver, index, call.state, call.activation, node)


def _load(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    """Whatever was saved; often a module or a state dict: nobody knows."""
    return [(machine.unknown(call.state, call.activation, call.span, "loaded"), call.state)]


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
    copied = copying.deep_copy(machine, call.state, call.activation, call.span, call.receiver)
    return [(copied, call.state)]


def _gives_argument(machine: Machine, fact: CallFact, call: LibraryCall) -> Outcomes | None:
    given = call.operand(0)
    return [(given, call.state)] if given else None


def of_parts(machine: Machine, fact: CallFact, call: LibraryCall) -> Value:
    """A masked tensor, or a nested one: a class of its own with `layout=torch.jagged`."""
    kind = fact.traits["layout"]
    story = begin(call.span, f"`{call.shown}(…)` makes a {kind} tensor")
    layout = call.arguments.keyword("layout")
    is_class = kind == "masked" or layout == value_of(Library("torch.jagged"))
    known = is_class or layout is None or layout == value_of(Library("torch.strided"))
    check = Check.SUBCLASS if is_class else Check.STORAGE
    asked = call.arguments.keyword("requires_grad")
    flag = NO
    if fact.results == (Result.PROPAGATE,):
        flag = any_flag(call.state, call.inputs).both(call.state.recording)
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


HANDLERS: dict[str, Handler] = {
    "as_tensor": made_of_data.as_tensor,
    "asarray": made_of_data.asarray,
    "autograd_grad": _autograd_grad,
    "backward": _backward,
    "callback": callbacks.run,
    "checkpoint": callbacks.checkpoint,
    "deepcopy": _deepcopy,
    "einsum": _einsum,
    "from_pretrained": _from_pretrained,
    "functional_call": functional_calls.functional_call,
    "getitem": _getitem,
    "gives_argument": _gives_argument,
    "leaf": _leaf,
    "legacy_constructor": made_of_data.legacy_constructor,
    "load": _load,
    "module_load": _module_load,
    "requires_grad_": operations.set_requires_grad,
    "tensor": made_of_data.tensor,
    "to": cast_tensors.to,
    "type": cast_tensors.to_type,
    "view": _view,
    "where": _where,
}
