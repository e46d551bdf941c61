"""Calling modules: their own `forward`, hooks, and what the facts say of a library's module."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from detachlint.domain.belief import BY_DEFAULT, NO, YES
from detachlint.domain.objects import Instance, Kind, Sequence, Tensor
from detachlint.domain.story import Story, begin, then
from detachlint.domain.traits import PLAIN, UNSEEN, Dtype
from detachlint.domain.values import (
    BOTTOM_VALUE,
    FALSE,
    NONE,
    TRUE,
    Address,
    Atom,
    Value,
    addresses,
    in_order,
    join_values,
    literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.language.lookup import class_names, has_unknown_base, own_members
from detachlint.interpret.pytorch import (
    computed_parameters,
    module_traits,
    modules,
    parameters,
    placement,
    surrounding,
    training_mode,
)
from detachlint.interpret.pytorch.dimensions import makes_number
from detachlint.interpret.pytorch.tensors import (
    any_flag,
    flag_of,
    make_tensor,
    recorded_flag,
    severed_in,
    story_of_any,
)
from detachlint.interpret.pytorch.views import (
    as_view,
    copied_for_order,
    has_flag_to_lose,
    may_be_base,
)
from detachlint.interpret.pytorch.writes import write_into
from detachlint.knowledge import facts
from detachlint.knowledge.dimensions import REDUCTION
from detachlint.knowledge.facts import Aliasing, ModuleFact, Output, Result
from detachlint.knowledge.names import MODULE
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine


def call_module(machine: Machine, address: Address, thing: Instance, call: LibraryCall) -> Outcomes:
    """`module(…)`: pre-hooks, `forward`, hooks."""
    state = call.state
    state.instance(address, surrounding.COMPILED)
    if thing.attributes.get(surrounding.COMPILED) == TRUE and state.surroundings.compiled != YES:
        saved = state.surroundings
        state.surroundings = replace(saved, compiled=YES)
        ends = call_module(machine, address, thing, call)
        for _, end in ends:
            end.surroundings = saved
        return ends
    own = _own(state, thing, "__call__")
    if own:
        return _call_own(machine, own, address, call)
    outcomes: Outcomes = []
    for _, after in _run_hooks(machine, address, modules.PRE_HOOKS, None, call):
        computed_parameters.renew(machine, address, replace(call, state=after))
        current = after.instance(address)
        if current is not None:
            outcomes += forward(machine, address, current, replace(call, state=after))
    finished: Outcomes = []
    for value, after in outcomes:
        finished += _run_hooks(machine, address, modules.HOOKS, value, replace(call, state=after))
    return finished


def _call_own(machine: Machine, own: Value, address: Address, call: LibraryCall) -> Outcomes:
    given = call.arguments.after(value_of(address))
    return machine.call(own, given, call.state, call.activation, call.span, call.shown)


def _own(state: State, thing: Instance, name: str) -> Value:
    return join_values(found for found, _ in own_members(state, thing, name))


def _run_hooks(
    machine: Machine, address: Address, which: str, output: Value | None, call: LibraryCall
) -> Outcomes:
    """Run the registered hooks; a hook's own result (other than None) replaces the output."""
    activation, span = call.activation, call.span
    thing = call.state.instance(address, which)
    hooks = thing.attributes.get(which, BOTTOM_VALUE) if thing is not None else BOTTOM_VALUE
    outcomes: Outcomes = [(output if output is not None else NONE, call.state)]
    for hook in in_order(hooks):
        following: Outcomes = []
        for value, before in outcomes:
            positional = Sequence("tuple", call.arguments.positional)
            inputs = machine.new(before, activation, span, "hook inputs", positional)
            given = (value_of(address), inputs, *([] if output is None else [value]))
            for result, after in machine.call(
                value_of(hook), Arguments(given), before, activation, span, "hook"
            ):
                replaced = frozenset(a for a in result if a != literal(None))
                following.append((replaced or value, after))
        outcomes = following
    return outcomes


def forward(machine: Machine, address: Address, thing: Instance, call: LibraryCall) -> Outcomes:
    """`forward` of the program's class, or what facts say of the library's."""
    own = _own(call.state, thing, "forward")
    if own:
        return _call_own(machine, own, address, call)
    return forward_of_library(machine, address, thing, call)


def forward_of_library(
    machine: Machine, address: Address, thing: Instance, call: LibraryCall
) -> Outcomes:
    """`forward` of the library class that the module is, or is derived from."""
    state, span = call.state, call.span
    state.get(address)  # its attributes are looked at
    for name in class_names(state, thing):
        fact = facts.module_fact(name)
        if fact is None or name == MODULE:
            continue
        if fact.container == "sequential":
            return _run_in_sequence(machine, thing, call)
        if fact.container == "copy":
            return machine.call(
                thing.payload, call.arguments, state, call.activation, span, call.shown
            )
        if fact.container == "module":
            given = _scattered(machine, address, call)
            done = machine.call(thing.payload, given, state, call.activation, span, call.shown)
            return [(_gathered(value, after), after) for value, after in done]
        own_values = [*thing.attributes.values(), thing.hidden] if fact.parameters else []
        if placement.never_meet(state, [*call.arguments.all(), *own_values]):
            call.activation.raises.append((BOTTOM_VALUE, state))
            return []
        return [(computed(machine, thing, fact, call), state)]
    grad = BY_DEFAULT.both(state.recording)
    known = any(isinstance(c, Address) and not has_unknown_base(state, c) for c in thing.cls)
    story = begin(
        span, f"output of the module `{call.shown}`, whose parameters are trainable by default"
    )
    if known:
        weights = parameters.all_parameters(machine, state, address, span)
        grad = recorded_flag(state, [weights]).in_unseen_hands()
    narrow = surrounding.narrow_out_of_sight(state, UNSEEN, UNSEEN).in_unseen_hands()
    result = machine.unknown(
        state, call.activation, span, "result", grad=grad, narrow=narrow, story=story
    )
    return [(result, state)]


def _gathered(value: Value, state: State) -> Value:
    """What comes out of `DataParallel`: numbers of several devices become a vector (torch: comm.gather)."""
    for address in addresses(value):
        thing = state.get(address)
        if isinstance(thing, Tensor) and thing.number:
            state.put(address, replace(thing, number=False))
    return value


def _scattered(machine: Machine, address: Address, call: LibraryCall) -> Arguments:
    """What `DataParallel` hands on: copies of the tensors it was given, where its parameters are."""
    arguments, state, span = call.arguments, call.state, call.span
    own = parameters.all_parameters(machine, state, address, span)
    device = placement.common_device(state, [own])
    if device == PLAIN:
        return arguments

    def moved(value: Value, role: str) -> Value:
        made: set[Atom] = set()
        for atom in in_order(value):
            tensor = state.get(atom) if isinstance(atom, Address) else None
            if isinstance(tensor, Tensor) and tensor.device == PLAIN:
                flag = flag_of(state, value_of(atom)).both(state.recording)
                copy = replace(tensor, grad=flag, leaf=flag.opposite(), base=frozenset())
                copy = replace(copy, device=device, parameter=False)
                made |= make_tensor(machine, state, call.activation, span, copy, role)
            else:
                made.add(atom)
        return frozenset(made)

    positional = (moved(v, f"scattered {i}") for i, v in enumerate(arguments.positional))
    keywords = {n: moved(v, f"scattered {n}") for n, v in arguments.keywords.items()}
    return replace(arguments, positional=tuple(positional), keywords=keywords)


def _run_in_sequence(machine: Machine, thing: Instance, call: LibraryCall) -> Outcomes:
    activation, span = call.activation, call.span
    items = modules.contents(call.state, thing) or Sequence("list")
    outcomes: Outcomes = [(call.arguments.get(0, "input") or BOTTOM_VALUE, call.state)]
    outer = activation.context
    stages = [*items.items, *([items.rest] if items.rest else [])]
    for number, stage in enumerate(stages):
        activation.context = machine.book.context(outer, span, number + 1)
        outcomes = machine.merge_outcomes(
            [
                outcome
                for value, before in outcomes
                for outcome in machine.call(
                    stage, Arguments((value,)), before, activation, span, call.shown
                )
            ]
        )
    activation.context = outer
    return outcomes


def computed(machine: Machine, thing: Instance, fact: ModuleFact, call: LibraryCall) -> Value:
    """What a module of a library computes with its parameters of what it is given."""
    state, span, shown = call.state, call.span, call.shown
    inputs = call.arguments.all()
    weights = [v for n, v in thing.attributes.items() if not n.startswith("@")] + [thing.hidden]
    module_traits.initialize_parameters(state, weights)
    flag = recorded_flag(state, [*weights, *inputs])
    story = _story_of_output(state, weights, inputs, span, shown)
    mixes = placement.one_device if fact.parameters else placement.common_device
    device = mixes(state, [*inputs, *weights])
    device = device.told(span, f"goes through the module `{shown}`")
    own = module_traits.dtype_of_output(fact, state, inputs, weights)
    dtype = surrounding.lowered(state, fact, own, device)
    made = Tensor(
        flag,
        leaf=flag.opposite(),
        dtype=dtype,
        severed=severed_in(state, inputs),
        story=story,
        device=device,
        traits=placement.common_traits(state, [*inputs, *weights]),
        number=_makes_number(state, thing, fact, call),
    )
    source = inputs[0] if inputs else BOTTOM_VALUE
    in_place = thing.attributes.get(f"{modules.FLAGS} {fact.in_place_flag}") == TRUE
    if fact.in_place_flag and in_place:
        write_into(state, source, flag_of(state, source), span, f"written by `{shown}`", story)
        return source
    if fact.aliasing is Aliasing.SELF and source:
        return source
    if source and training_mode.drops(fact.name):
        same = training_mode.gives_input(thing)
        if same == YES:
            return source
        if same != NO and (state.mode != YES or has_flag_to_lose(state, source)):
            made = as_view(state, made, source, same.opposite())
    return _Building(machine, fact, made, source, thing, call).value(fact.output, "out")


def _story_of_output(
    state: State, weights: list[Value], inputs: list[Value], span: Span, shown: str
) -> Story | None:
    """Why the output requires grad: the parameters do, or else what the module is given."""
    story = story_of_any(state, [*inputs]) if any_flag(state, weights) == NO else None
    if story is not None:
        return then(story, span, f"goes through the module `{shown}`")
    of_weights = story_of_any(state, weights)
    return then(of_weights, span, f"output of the module `{shown}`: computed with them")


def _makes_number(state: State, thing: Instance, fact: ModuleFact, call: LibraryCall) -> bool:
    """Whether it is a loss that makes one number of all, as it was told to when it was made."""
    reduced = thing.attributes.get(f"{modules.FLAGS} {REDUCTION}")
    return reduced == TRUE and makes_number(state, fact.name, BOTTOM_VALUE, call.arguments)


class _Building(NamedTuple):
    """What a call of a module gives: tensors like `made`, in the form that the fact says."""

    machine: Machine
    fact: ModuleFact
    made: Tensor
    source: Value
    thing: Instance
    call: LibraryCall

    def value(self, output: Output, role: str) -> Value:
        """The value of a node of the output."""
        if not output.items:
            asked = self._asked(output)
            if asked == FALSE:
                return NONE
            leaf = self._leaf(output, role)
            return leaf if asked == TRUE else leaf | NONE
        flag = f"{modules.FLAGS} {output.flag}"
        if output.flag and self.thing.attributes.get(flag, FALSE) == FALSE:
            return self.value(output.items[0], role)
        parts = tuple(self.value(item, f"{role}.{i}") for i, item in enumerate(output.items))
        sequence = Sequence("tuple", parts, fields=output.fields)
        call = self.call
        return self.machine.new(call.state, call.activation, call.span, role, sequence)

    def _asked(self, output: Output) -> Value:
        """Whether a part of the output is asked for, as it is by default."""
        if not output.flag:
            return TRUE
        arguments = self.call.arguments
        given = arguments.keyword(output.flag) or TRUE
        # The positions of such arguments are not known.
        hidden = bool(arguments.more) or len(arguments.positional) > _USUAL_INPUTS
        return given | FALSE if hidden else given

    def _leaf(self, output: Output, role: str) -> Value:
        made, fact = self.made, self.fact
        state, activation, span = self.call.state, self.call.activation, self.call.span
        if output.result is Result.INTEGER:
            made = Tensor(NO, leaf=YES, dtype=Dtype.INTEGER, device=made.device, traits=made.traits)
        elif output.result is Result.NEVER:
            made = replace(made, grad=NO, leaf=YES, story=None)
        elif output.result is Result.PYTHON:
            return self.machine.unknown(state, activation, span, role, kind=Kind.OTHER, grad=NO)
        elif fact.aliasing in (Aliasing.VIEW, Aliasing.SELF) or "layout" in fact.depends:
            # Flattening what is contiguous (nearly everything) gives a view.
            copied = copied_for_order(state, self.source) if "layout" in fact.depends else NO
            made = as_view(state, made, self.source, copied)
            if fact.perhaps_self:
                made = may_be_base(state, made, self.source)
        return make_tensor(self.machine, state, activation, span, made, role)


_USUAL_INPUTS = 3
"""Arguments of a call that are given by position: query, key and value."""
