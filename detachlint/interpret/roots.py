"""Entry points: the module's own code, then what nobody we see calls.

The module is run as the script it may be. Afterwards each function that can reach a crossing and was
never called is run with unknown arguments, in the grad mode of a caller we cannot see; methods on an
object made the same way. So is a function that *was* called, if all it was seen to do is raise: a
finding is certain only if unseen callers cannot help it either.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from detachlint.domain.belief import BY_DEFAULT, NO, YES, Belief, Truth
from detachlint.domain.objects import (
    Class,
    Frame,
    Function,
    Instance,
    Mapping,
    Partial,
    Sequence,
    values_in,
)
from detachlint.domain.values import Address, Value, addresses, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.ageing import age
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.heap import Heap, parted
from detachlint.interpret.engine.machine import GaveUp, Machine
from detachlint.interpret.engine.state import State, join_states
from detachlint.interpret.facts import Facts
from detachlint.interpret.language import classes, functions
from detachlint.interpret.language.lookup import find_in_class, library_bases, linear_order
from detachlint.interpret.relevance import changes_objects
from detachlint.interpret.unseen import arguments_for, leave_world_in_unseen_hands
from detachlint.ir.nodes import Assign, Code, Import, MakeClass, MakeFunction

ROUNDS = 2
"""How often the methods of an object are run one after the other: what one leaves in an attribute,
the others find there."""

WITHOUT_GRAD: dict[str, frozenset[str]] = {
    "LightningModule": frozenset(
        {
            "validation_step",
            "test_step",
            "predict_step",
            "validation_epoch_end",
            "test_epoch_end",
            "on_validation_epoch_end",
            "on_test_epoch_end",
            "on_validation_batch_end",
            "on_test_batch_end",
            "on_validation_epoch_start",
        }
    ),
    "torchmetrics.Metric": frozenset({"update", "compute"}),
    "torch.autograd.Function": frozenset({"forward", "backward", "setup_context", "jvp"}),
    "torch.autograd.function.Function": frozenset({"forward", "backward", "setup_context", "jvp"}),
}
"""Methods that a framework calls with grad mode off, by (the end of) the name of the base class."""


def analyse_module(code: Code, filename: str) -> Facts:
    """Run a module and all its entry points; what was found at its crossings."""
    machine = Machine(code, filename)
    state = State(Heap({machine.module_frame: Frame(code, None)}), YES, {}, {})
    activation = Activation(code, machine.module_frame, 0)
    ends = _run_module(machine, state, activation)
    world = join_states([*ends, *activation_ends(activation)] or [state])
    world.mode = BY_DEFAULT
    world.truths.clear()
    world.equals.clear()
    Roots(machine, world).run()
    return machine.facts


def _run_module(machine: Machine, state: State, activation: Activation) -> list[State]:
    """The states at the end of the module's own code.

    A statement that hits a bound is passed over: what the module defines behind it is still there.
    """
    machine.begin_entry()
    states = [state]
    for statement in activation.code.body:
        defines = isinstance(statement, Assign) and isinstance(
            statement.value, (MakeFunction, MakeClass, Import)
        )
        before = states if defines else [one.fork() for one in states]
        ends = _guarded(
            machine,
            partial(machine.execute, (statement,), states, activation),
            otherwise=before,
            fresh=False,
        )
        if ends is before and not defines:
            for end in ends:  # the statement may have done anything
                leave_world_in_unseen_hands(end)
                end.mode = end.mode.in_unseen_hands()
        if not ends:
            return []
        states = ends
    return states


def activation_ends(activation: Activation) -> list[State]:
    """The states in which the module's code was left by an exception."""
    return [after for _, after in activation.raises]


def _guarded(
    machine: Machine,
    run: Callable[[], list[State]],
    otherwise: list[State] | None = None,
    *,
    fresh: bool = True,
) -> list[State]:
    """The outcome of `run`; `otherwise` where it hits a bound. `fresh`: it is an entry of its own."""
    if fresh:
        machine.begin_entry()
    try:
        return run()
    except GaveUp as bound:
        machine.facts.gave_up[f"too many steps ({bound})"] += 1
    except RecursionError:
        machine.facts.gave_up["nested too deeply"] += 1
    machine.begin_entry()
    return otherwise or []


def named_objects(machine: Machine, world: State) -> list[Address]:
    """The functions and classes that importers can name: variables of the module, and what containers,
    objects and partial functions among them hold. Not what only closures hold: a decorated function
    is called through its wrapper alone.
    """
    found: set[Address] = set()
    pending = list(world.frame(machine.module_frame).variables.values())
    while pending:
        for address in addresses(pending.pop()):
            if address in found:
                continue
            found.add(address)
            thing = world.get(address)
            if isinstance(thing, (Sequence, Mapping, Instance, Partial)):
                pending += values_in(thing)
            elif isinstance(thing, Class):
                pending += [v for v in thing.attributes.values() if _has_class(world, v)]
    return sorted(found, key=lambda address: address.serial)


def _has_class(world: State, value: Value) -> bool:
    return any(isinstance(world.get(address), Class) for address in addresses(value))


def is_private(code: Code) -> bool:
    """Whether only code nearby is meant to call it."""
    dunder = code.name.startswith("__") and code.name.endswith("__")
    local = "<locals>" in code.qualified_name or code.kind == "lambda"
    return local or (code.name.startswith("_") and not dunder)


class Roots:
    """The entry points of one module, run in the world that its own code has left."""

    def __init__(self, machine: Machine, world: State) -> None:
        self.machine = machine
        self.world = world
        self.relevant = machine.relevant
        self.done: set[Code] = set()
        named = named_objects(machine, world)
        self.named = [*named, *(a for a in machine.escaped if a not in named)]

    def run(self) -> None:
        """Run all of them, those that nothing else mentions first."""
        by_privacy = sorted(self._functions(), key=lambda pair: is_private(pair[1].code))
        for address, function in by_privacy:
            if self._wanted(function.code) and not self._is_method(function):
                self._run_function(address)
        for address, cls in self._classes():
            if cls.code is not None and self._class_wanted(cls):
                self._run_class(address, cls)
        self._confirm()

    def _wanted(self, code: Code) -> bool:
        return code in self.relevant and code not in self.machine.called and code not in self.done

    def _functions(self) -> list[tuple[Address, Function]]:
        return [(a, t) for a in self.named if isinstance(t := self.world.get(a), Function)]

    def _classes(self) -> list[tuple[Address, Class]]:
        return [(a, t) for a in self.named if isinstance(t := self.world.get(a), Class)]

    def _is_method(self, function: Function) -> bool:
        return function.owner is not None

    def _class_wanted(self, cls: Class) -> bool:
        return any(self._wanted(function.code) for _, function in self._methods(self.world, cls))

    def _methods(self, state: State, cls: Class) -> list[tuple[str, Function]]:
        found: list[tuple[str, Function]] = []
        for name, value in cls.attributes.items():
            for address in addresses(value):
                thing = state.get(address)
                if isinstance(thing, Function):
                    found.append((name, thing))
        return found

    # --- functions -----------------------------------------------------------------------------

    def _entry(self, state: State, mode: Belief = BY_DEFAULT) -> Activation:
        state.mode = mode
        context = self.machine.book.context(0, self.machine.module.span, 1)
        return Activation(self.machine.module, self.machine.module_frame, context, unseen=True)

    def _run_function(self, address: Address) -> None:
        state = self.world.fork()
        leave_world_in_unseen_hands(state)
        before = state.heap.fork()
        ends = self._call(address, None, state, self._entry_mode(state, address))
        self._run_inner(ends, before)

    def _entry_mode(self, state: State, address: Address) -> Belief:
        """The grad mode of unseen callers: the default; or that in which a private function went out."""
        function = state.get(address)
        assert isinstance(function, Function)
        escaped = self.machine.escape_modes.get(function.code)
        if escaped is None or not is_private(function.code):
            return BY_DEFAULT
        return Belief(escaped.usual, Truth.MAYBE)

    def _call(
        self, address: Address, receiver: Value | None, state: State, mode: Belief
    ) -> list[State]:
        function = state.get(address)
        if not isinstance(function, Function):
            return []
        self.done.add(function.code)
        activation = self._entry(state, mode)
        given = arguments_for(self.machine, function, receiver, state, activation)

        def call() -> list[State]:
            outcomes = functions.invoke(
                self.machine, address, given, state, activation, function.code.span
            )
            return self._consume(outcomes, activation, function)

        return _guarded(self.machine, call)

    def _consume(
        self, outcomes: Outcomes, activation: Activation, function: Function
    ) -> list[State]:
        """Run a generator to its end and a coroutine's body, as their unseen consumer will."""
        if function.code.is_async and not function.code.yields:
            return [
                end
                for value, after in outcomes
                for _, end in functions.await_value(
                    self.machine, value, after, activation, function.code.span
                )
            ]
        if not function.code.yields:
            return [end for _, end in outcomes]
        ends: list[State] = []
        for value, after in outcomes:
            ends += self.machine.iterate(
                value, after, activation, function.code.span, lambda _, s: [s]
            )
        return ends

    def _run_inner(self, ends: list[State], before: Heap) -> None:
        """Run functions that a root has made and that nobody has called: they escaped."""
        for end in ends:
            inner = [
                (address, thing)
                for address in sorted(parted(end.heap, before)[1], key=lambda a: a.serial)
                if address not in before and isinstance(thing := end.heap.get(address), Function)
            ]
            for address, thing in inner:
                if self._wanted(thing.code) and thing.closure in end.heap:
                    state = end.fork()
                    leave_world_in_unseen_hands(state)
                    self._call(address, None, state, self._entry_mode(state, address))

    # --- classes -------------------------------------------------------------------------------

    def _run_class(self, address: Address, cls: Class) -> None:
        state = self.world.fork()
        leave_world_in_unseen_hands(state)
        made = self._instance(address, cls, state)
        if made is None:
            return
        receiver, current = made
        before = current.heap.fork()
        for round_number in range(ROUNDS):
            methods = sorted(self._inherited_methods(current, address), key=lambda pair: pair[1])
            for method, private in methods:
                if private and self._is_called(current, method):
                    continue
                if not self._matters(current, method, last=round_number == ROUNDS - 1):
                    continue
                ends = self._run_method(address, method, receiver, current.fork())
                self._run_inner(ends, before)
                for end in ends:
                    age(self.machine, end, before)
                if ends:
                    mode = current.mode
                    current = join_states([current, *ends])
                    current.mode = mode
                    current.truths.clear()
                    current.equals.clear()

    def _instance(self, address: Address, cls: Class, state: State) -> tuple[Value, State] | None:
        activation = self._entry(state)
        found = find_in_class(state, address, "__init__")
        given = None
        for initializer in addresses(found[0]) if found is not None else []:
            function = state.get(initializer)
            if isinstance(function, Function):
                self.done.add(function.code)
                given = arguments_for(self.machine, function, frozenset(), state, activation)
                given = Arguments(given.positional[1:], given.keywords, given.rest, given.more)
        arguments = given or Arguments()
        holder: list[Value] = []

        def make() -> list[State]:
            outcomes = classes.instantiate(
                self.machine, address, cls, arguments, state, activation, self.machine.module.span
            )
            if not outcomes:
                return []
            value, end = self.machine.join_outcomes(outcomes)
            holder.append(value)
            return [end]

        ends = _guarded(self.machine, make)
        if not ends:
            return None
        leave_world_in_unseen_hands(ends[0])
        return holder[0], ends[0]

    def _matters(self, state: State, method: Address, *, last: bool) -> bool:
        """Whether running a method can show anything: at a crossing, or later at that of another."""
        function = state.get(method)
        if not isinstance(function, Function):
            return False
        return function.code in self.relevant or (not last and changes_objects(function.code))

    def _is_called(self, state: State, method: Address) -> bool:
        function = state.get(method)
        return isinstance(function, Function) and function.code in self.machine.called

    def _inherited_methods(self, state: State, address: Address) -> list[tuple[Address, bool]]:
        """The methods an object of the class has, and whether each is private: then it is run only
        if no public one calls it."""
        seen: set[str] = set()
        found: list[tuple[Address, bool]] = []
        for entry in linear_order(state, address):
            thing = state.get(entry) if isinstance(entry, Address) else None
            if not isinstance(thing, Class):
                continue
            for name, value in thing.attributes.items():
                if name in seen or name in ("__init__", "__new__"):
                    continue
                seen.add(name)
                found += [
                    (a, is_private(function.code))
                    for a in addresses(value)
                    if isinstance(function := state.get(a), Function)
                ]
        return found

    def _run_method(
        self, cls: Address, method: Address, receiver: Value, state: State
    ) -> list[State]:
        function = state.get(method)
        assert isinstance(function, Function)
        first: Value | None = receiver
        if function.kind == "static":
            first = None
        elif function.kind == "class":
            first = value_of(cls)
        state.truths.clear()
        mode = self._mode_of(state, cls, function.code.name)
        if mode == BY_DEFAULT:
            mode = self._entry_mode(state, method)
        return self._call(method, first, state, mode)

    def _mode_of(self, state: State, cls: Address, name: str) -> Belief:
        for base in library_bases(state, cls):
            for ending, methods in WITHOUT_GRAD.items():
                if base.endswith(ending) and name in methods:
                    return NO if base.startswith("torch.") else Belief(Truth.NO, Truth.MAYBE)
        return BY_DEFAULT

    # --- certainty -----------------------------------------------------------------------------

    def _confirm(self) -> None:
        """Ask what unseen callers would see, where all seen ones see a certain error."""
        for span, visits in list(self.machine.facts.crossings.items()):
            if any(visit.unseen for visit in visits) or not any(v.public for v in visits):
                continue
            if any(visit.raises.sure is not Truth.YES for visit in visits):
                continue
            for address, function in self._functions():
                if function.code.span.contains(span) and not self._is_method(function):
                    self._run_function(address)
            for address, cls in self._classes():
                if cls.code is not None and cls.code.span.contains(span):
                    self._run_class(address, cls)
