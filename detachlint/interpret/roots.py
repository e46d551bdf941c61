"""Entry points that nobody we see calls.

Each function that can reach a crossing and was never called is run with unknown arguments, in the grad
mode of a caller we cannot see; methods on an object made the same way. Callers come first: what they
call is then no entry point any more. A function that *was* called is run nevertheless, if all it was
seen to do is raise: a finding is certain only if unseen callers cannot help it either. So is one with a
conversion that none of its callers in sight comes to.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

from detachlint.domain.belief import BY_DEFAULT, NO, Belief, Truth
from detachlint.domain.objects import Class, Function, Instance, Mapping, Partial, Sequence
from detachlint.domain.traits import Check
from detachlint.domain.traversal import values_in
from detachlint.domain.values import Address, Value, addresses, value_of
from detachlint.interpret.engine.activation import Activation, Outcomes
from detachlint.interpret.engine.ageing import age
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.heap import Heap, parted
from detachlint.interpret.engine.machine import Machine
from detachlint.interpret.engine.state import State, join_states
from detachlint.interpret.facts import Crossing
from detachlint.interpret.language import classes, functions
from detachlint.interpret.language.lookup import find_in_class, library_bases, linear_order
from detachlint.interpret.mentions import conversions_in, words_in
from detachlint.interpret.relevance import changes_objects, hands_itself_over
from detachlint.interpret.unseen import arguments_for, leave_world_in_unseen_hands
from detachlint.ir.nodes import Code
from detachlint.ir.walk import all_codes, inner_codes
from detachlint.knowledge.source_facts import source_fact
from detachlint.source.span import Span
from detachlint.source.value_class import value_class

ROUNDS = 2
"""How often the methods of an object are run one after the other: what one leaves in an attribute,
the others find there."""


def named_objects(machine: Machine, world: State, file: str) -> list[Address]:
    """The functions and classes of a file that importers can name: variables of the module, and what
    containers, objects and partial functions among them hold. Not what only closures hold: a
    decorated function is called through its wrapper alone.
    """
    found: set[Address] = set()
    pending = list(world.frame(machine.frame_of(file)).variables.values())
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
    found |= {address for address in machine.escaped if address in world.heap}
    return sorted(address for address in found if _file_of(world, address) == file)


def _file_of(world: State, address: Address) -> str | None:
    thing = world.get(address)
    code = thing.code if isinstance(thing, (Function, Class)) else None
    return code.span.file if code is not None else None


def _has_class(world: State, value: Value) -> bool:
    return any(isinstance(world.get(address), Class) for address in addresses(value))


def _is_refused_for_sure(visit: Crossing) -> bool:
    """Whether it is for the gradient, or as a tensor: other reasons may be those of the callers in sight
    alone (`torch.func.grad`)."""
    as_tensor = visit.traits.get(Check.TENSOR)
    refused = visit.raises if as_tensor is None else visit.raises.either(as_tensor.held)
    return refused.sure is Truth.YES


def is_private(code: Code) -> bool:
    """Whether only code nearby is meant to call it."""
    dunder = code.name.startswith("__") and code.name.endswith("__")
    local = "<locals>" in code.qualified_name or code.kind == "lambda"
    return local or (code.name.startswith("_") and not dunder)


@value_class(frozen=True, slots=True)
class Entry:
    """A function or class that may be an entry point."""

    roots: Roots
    address: Address
    thing: Function | Class

    @property
    def code(self) -> Code:
        """The function's or the class's code."""
        assert self.thing.code is not None
        return self.thing.code

    def run(self) -> None:
        """Run it, if nobody else has called it meanwhile."""
        if isinstance(self.thing, Class):
            self.roots.run_class_if_wanted(self.address, self.thing)
        elif self.roots.wanted(self.code):
            self.roots.run_function(self.address)


def run_entries(machine: Machine, all_roots: list[Roots]) -> None:
    """Run what nobody calls in several files: first what no other code mentions, then the rest."""
    entries = [entry for roots in all_roots for entry in roots.entries()]
    users = _users(machine)

    def late(entry: Entry) -> bool:
        whole = entry.code.span
        return any(not whole.contains(user.span) for user in users.get(entry.code.name, ()))

    for entry in sorted(
        entries, key=lambda e: (late(e), is_private(e.code), isinstance(e.thing, Class))
    ):
        entry.run()
    for roots in all_roots:
        roots.ask(machine.ledger.by_modules)


def _users(machine: Machine) -> dict[str, list[Code]]:
    """The functions that mention a name, of those that can reach a crossing."""
    users: dict[str, list[Code]] = {}
    for code in sorted(machine.relevance.codes, key=lambda code: code.span):
        if code.kind not in ("module", "class"):
            for word in words_in(code):
                users.setdefault(word, []).append(code)
    return users


class Roots:
    """The entry points of one module, run in the world that its own code has left."""

    def __init__(self, machine: Machine, world: State, file: str, module: Code) -> None:
        self.machine = machine
        self.world = world
        self.file = file
        self.module = module
        self.relevant = machine.relevance.codes
        self.done: set[Code] = set()
        self.named = named_objects(machine, world, file)
        self.unseen_world = world.fork()
        leave_world_in_unseen_hands(self.unseen_world)

    def entries(self) -> list[Entry]:
        """What may be an entry point: functions that are no methods, and classes."""
        functions = [Entry(self, a, f) for a, f in self._functions() if not self._is_method(f)]
        return functions + [Entry(self, a, c) for a, c in self._classes() if c.code is not None]

    def wanted(self, code: Code) -> bool:
        """Whether code can reach a crossing, and nobody has run it."""
        return code in self.relevant and not self._is_covered(code) and code not in self.done

    def _is_covered(self, code: Code) -> bool:
        """Whether the calls we see are all there are: a private function that was handed out has others."""
        handed_out = is_private(code) and code in self.machine.escape_modes
        return code in self.machine.ledger.called and not handed_out

    def run_class_if_wanted(self, address: Address, cls: Class) -> None:
        """Run the methods of a class on an object of it, if any of them is wanted.

        An inherited one is, though it has been an entry point on an object of another class: what it
        finds in the attributes is what this class has put there.
        """
        own = cls.code.span if cls.code is not None else self.module.span
        adds = cls.code is not None and self._adds_something(cls.code)
        for method, _ in self._inherited_methods(self.world, address, every=True):
            function = self.world.get(method)
            if not isinstance(function, Function) or self._is_covered(function.code):
                continue
            elsewhere = adds and not own.contains(function.code.span)
            if self.wanted(function.code) or (elsewhere and function.code in self.relevant):
                self._run_class(address, cls)
                return

    @staticmethod
    def _adds_something(cls: Code) -> bool:
        """Whether a class has more to it than passing other arguments on when it is made."""
        methods = [code for code in inner_codes(cls) if code.kind == "function"]
        return any(code.name != "__init__" or changes_objects(code) for code in methods)

    def _functions(self) -> list[tuple[Address, Function]]:
        return [(a, t) for a in self.named if isinstance(t := self.world.get(a), Function)]

    def _classes(self) -> list[tuple[Address, Class]]:
        return [(a, t) for a in self.named if isinstance(t := self.world.get(a), Class)]

    def _is_method(self, function: Function) -> bool:
        return function.owner is not None

    # --- functions -----------------------------------------------------------------------------

    def _entry(self, state: State, mode: Belief = BY_DEFAULT) -> Activation:
        state.mode = mode
        context = self.machine.book.context(0, self.module.span, 1)
        frame = self.machine.frame_of(self.file)
        return Activation(self.module, frame, context, unseen=True)

    def run_function(self, address: Address) -> None:
        """Run a function as its unseen callers may."""
        state = self.unseen_world.fork()
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
        called = function.code in self.machine.ledger.called
        activation = self._entry(state, mode)
        given = arguments_for(self.machine, function, receiver, state, activation)

        def call() -> list[State]:
            outcomes = functions.invoke(
                self.machine, address, given, state, activation, function.code.span
            )
            return self._consume(outcomes, activation, function)

        self.machine.ledger.begin_entry(self.file, function.code.span)
        ends = self.machine.ledger.guarded(call, otherwise=[])
        if not called:
            self.machine.ledger.called.discard(function.code)
        return ends

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
                for address in sorted(parted(end.heap, before)[1])
                if address not in before
                and address not in self.machine.originals
                and isinstance(thing := end.heap.get(address), Function)
            ]
            for address, thing in inner:
                if self.wanted(thing.code) and thing.closure in end.heap:
                    state = end.fork()
                    leave_world_in_unseen_hands(state)
                    self._call(address, None, state, self._entry_mode(state, address))

    # --- classes -------------------------------------------------------------------------------

    def _run_class(self, address: Address, cls: Class, *, confirming: bool = False) -> None:
        state = self.unseen_world.fork()
        made = self._instance(address, cls, state)
        if made is None:
            return
        receiver, current = made
        before = current.heap.fork()
        changing = self._changing(current, address)
        for round_number in range(ROUNDS):
            for method, private in self._in_order(current, address):
                called = self._is_called(current, method)
                if private and called:
                    continue
                code = self._code_of(current, method)
                last = round_number == ROUNDS - 1
                if code not in self.relevant and (last or code not in changing):
                    continue  # it shows nothing: not at a crossing, nor later at that of another
                with self.machine.ledger.muted() if called and not confirming else nullcontext():
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
                self.machine, address, cls, arguments, state, activation, self.module.span
            )
            if not outcomes:
                return []
            value, end = self.machine.join_outcomes(outcomes)
            holder.append(value)
            return [end]

        self.machine.ledger.begin_entry(self.file, cls.code.span if cls.code is not None else None)
        ends = self.machine.ledger.guarded(make, otherwise=[])
        if not ends:
            return None
        leave_world_in_unseen_hands(ends[0])
        return holder[0], ends[0]

    @staticmethod
    def _code_of(state: State, method: Address) -> Code | None:
        function = state.get(method)
        return function.code if isinstance(function, Function) else None

    def _changing(self, state: State, address: Address) -> set[Code]:
        """The methods that may change their object, by themselves or by way of others."""
        methods = self._inherited_methods(state, address, every=True)
        codes = [
            code for method, _ in methods if (code := self._code_of(state, method)) is not None
        ]
        found = {code for code in codes if changes_objects(code) or hands_itself_over(code)}
        while True:
            names = {code.name for code in found}
            more = [c for c in codes if c not in found and not names.isdisjoint(words_in(c))]
            if not more:
                return found
            found.update(more)

    def _in_order(self, state: State, address: Address) -> list[tuple[Address, bool]]:
        """The methods: public ones first, and those that no other one mentions before the rest."""
        methods = self._inherited_methods(state, address)
        words: dict[Address, frozenset[str]] = {}
        names: dict[Address, str] = {}
        for method, _ in methods:
            function = state.get(method)
            assert isinstance(function, Function)
            words[method], names[method] = words_in(function.code), function.code.name

        def late(method: Address) -> bool:
            return any(names[method] in words[other] for other in words if other is not method)

        return sorted(methods, key=lambda pair: (pair[1], late(pair[0])))

    def _is_called(self, state: State, method: Address) -> bool:
        function = state.get(method)
        return isinstance(function, Function) and self._is_covered(function.code)

    def _inherited_methods(
        self, state: State, address: Address, *, every: bool = False
    ) -> list[tuple[Address, bool]]:
        """The methods an object of the class has, and whether each is private: then it is run only
        if no public one calls it. Those that make the object are left out, unless `every` is wanted.
        """
        seen: set[str] = set() if every else {"__init__", "__new__"}
        found: list[tuple[Address, bool]] = []
        for entry in linear_order(state, address):
            thing = state.get(entry) if isinstance(entry, Address) else None
            if not isinstance(thing, Class):
                continue
            for name, value in thing.attributes.items():
                if name in seen:
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
        if self._is_stated_without_grad(state, cls, name):
            return NO
        for base in library_bases(state, cls):
            known = source_fact(f"{base}.{name}")
            if known is not None and known.stated.without_grad:
                # Code of the program may call a method of a framework's class as it likes.
                return NO if base.startswith("torch.") else Belief(Truth.NO, Truth.MAYBE)
        return BY_DEFAULT

    def _is_stated_without_grad(self, state: State, cls: Address, name: str) -> bool:
        own = self.machine.own
        facts = [own.get(f"{base}.{name}") for base in library_bases(state, cls)]
        for part in linear_order(state, cls):
            thing = state.get(part) if isinstance(part, Address) else None
            if isinstance(thing, Class) and thing.code is not None:
                code = thing.code
                path = self.machine.path_of(code.span.file)
                facts.append(own.of_definition(path, f"{code.qualified_name}.{name}"))
        return any(fact is not None and fact.without_grad for fact in facts)

    # --- what unseen callers see of what is called in sight ------------------------------------

    def ask(self, by_modules: frozenset[Code]) -> None:
        """Ask what unseen callers would see of crossings at which all seen ones see a certain error, or
        to which none of them comes: they may set a flag that is never set in sight.

        What modules themselves call (`by_modules`) is part of a program, which is all in sight.
        """
        visited = self.machine.ledger.facts_about(self.file).crossings
        open_questions = [
            span
            for span, visits in visited.items()
            if any(visit.public for visit in visits)
            and not any(visit.unseen for visit in visits)
            and all(map(_is_refused_for_sure, visits))
        ]
        open_questions += [s for s in self._conversions(by_modules) if s not in visited]
        if not open_questions:
            return
        for address, function in self._functions():
            inside = frozenset(filter(function.code.span.contains, open_questions))
            if inside and not self._is_method(function):
                with self.machine.ledger.asking_about(inside):
                    self.run_function(address)
        for address, cls in self._classes():
            whole = cls.code.span if cls.code is not None else None
            inside = frozenset(span for span in open_questions if whole and whole.contains(span))
            if inside:
                with self.machine.ledger.asking_about(inside):
                    self._run_class(address, cls, confirming=True)

    def _conversions(self, by_modules: frozenset[Code]) -> Iterator[Span]:
        """The calls that spell a conversion out, in what is called in sight, though not by modules, and
        public as well."""
        for code in all_codes(self.module):
            public = code.kind == "function" and not is_private(code)
            if public and code not in by_modules and self._is_covered(code):
                yield from conversions_in(code)
