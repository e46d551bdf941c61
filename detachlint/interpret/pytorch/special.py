"""The odd cases among PyTorch's callables: those whose facts say `special`.

Each handler answers with the outcomes of a call, or with None to leave it to the general rule. Here are
those that are alone in what they do. What several have to do with stands elsewhere: tensors that are
made of data, what casts do, what computes gradients, what runs a function (`HANDLERS` says where).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from detachlint.domain.belief import NO, YES, Belief, Truth
from detachlint.domain.objects import Instance, Kind, Sequence, Tensor
from detachlint.domain.story import begin
from detachlint.domain.traits import Check, Dtype, trait
from detachlint.domain.values import (
    FALSE,
    NONE,
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
from detachlint.interpret.pytorch import (
    backward_calls,
    callbacks,
    checkpoints,
    computed_parameters,
    functional_calls,
    leaves,
    modules,
    operations,
    placement,
    tensors_of_data,
    traits,
    written_files,
)
from detachlint.interpret.pytorch.cast_tensors import cast
from detachlint.interpret.pytorch.tensor_attributes import truth_belief
from detachlint.interpret.pytorch.tensors import (
    any_flag,
    flag_of,
    make_tensor,
    story_of,
    tensors_in,
)
from detachlint.interpret.pytorch.views import as_view
from detachlint.interpret.pytorch.writes import set_flag, write_into
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
    story = begin(call.span, what) if flag.usual is not Truth.NO else None
    data = call.arguments.get(0, "data") or NONE
    role = "parameter" if parameter else "variable"
    made = leaves.leaf_of(call.state, data, flag, story, parameter=parameter)
    leaf = machine.new(call.state, call.activation, call.span, role, made)
    return [(leaf, call.state)]


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
    """Set the flag of all parameters that stand directly in a module."""
    for module in addresses(made):
        thing = state.get(module)
        held = thing.attributes.values() if isinstance(thing, Instance) else ()
        for parameter in (address for value in held for address in addresses(value)):
            inner = state.get(parameter)
            if isinstance(inner, Tensor):
                state.heap[parameter] = replace(inner, grad=flag)


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
    of_class = placement.device_of_class(asked, None) is not None
    arguments = Arguments((asked,)) if of_class else Arguments((), {"dtype": asked})
    return [(cast(machine, replace(call, arguments=arguments), call.receiver), call.state)]


HANDLERS: dict[str, Handler] = {
    "as_tensor": tensors_of_data.as_tensor,
    "asarray": tensors_of_data.asarray,
    "autograd_grad": backward_calls.autograd_grad,
    "backward": backward_calls.backward,
    "callback": callbacks.run,
    "checkpoint": checkpoints.checkpoint,
    "deepcopy": _deepcopy,
    "einsum": _einsum,
    "from_pretrained": _from_pretrained,
    "functional_call": functional_calls.functional_call,
    "getitem": _getitem,
    "gives_argument": _gives_argument,
    "leaf": _leaf,
    "legacy_constructor": tensors_of_data.legacy_constructor,
    "load": _load,
    "save": _save,
    "module_load": _module_load,
    "requires_grad_": _set_requires_grad,
    "tensor": tensors_of_data.tensor,
    "to": _to,
    "type": _to_type,
    "view": _view,
    "where": _where,
}
