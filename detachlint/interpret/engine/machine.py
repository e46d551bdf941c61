"""The abstract machine: evaluates expressions and executes blocks on states.

A definitional interpreter: each IR class has one function that says what it does (the tables
`EVALUATORS` and `EXECUTORS`). Evaluation answers with a list of outcomes, one for each path that came
out of it; a block takes and gives lists of states.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence as SequenceOf

from detachlint.domain.belief import MAYBE, NO, Belief, Truth
from detachlint.domain.objects import (
    HeapObject,
    Kind,
    Mapping,
    Sequence,
    Unknown,
    join_objects,
)
from detachlint.domain.story import Story
from detachlint.domain.traits import UNSEEN, Trait
from detachlint.domain.values import Address, Atom, Literal, Value, in_order, join_values, value_of
from detachlint.interpret.engine import unseen_calls
from detachlint.interpret.engine.activation import Activation, Outcome, Outcomes
from detachlint.interpret.engine.addresses import AddressBook
from detachlint.interpret.engine.arguments import Arguments
from detachlint.interpret.engine.evidence import Evidence
from detachlint.interpret.engine.ledger import Ledger
from detachlint.interpret.engine.memo import Memo
from detachlint.interpret.engine.program import Program
from detachlint.interpret.engine.shares import MOST_STEPS_OF_A_PROGRAM
from detachlint.interpret.engine.state import (
    State,
    drop_assumptions,
    join_states,
    merge_states,
)
from detachlint.interpret.language import attributes, calls, correlated, functions, iteration
from detachlint.interpret.language.control import cannot_fail
from detachlint.interpret.language.expressions import EVALUATORS
from detachlint.interpret.language.guesses import Returned
from detachlint.interpret.language.importing import Image
from detachlint.interpret.language.statements import EXECUTORS
from detachlint.interpret.relevance import Relevance
from detachlint.ir.nodes import (
    Assign,
    AugmentedAssign,
    Block,
    Code,
    Delete,
    Evaluate,
    Expression,
    Jump,
    Raise,
    Return,
    Statement,
)
from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts
from detachlint.source.span import Span

MOST_ATOMS = 24
"""What one element of a long container may be, each known by itself."""

OBJECTS_PER_STEP = 2000
"""Objects of a world that are copied, compared or joined in about the time of a unit of work."""

DEEPEST_SHARED_OUT = 1
"""The level of calls down to which work is shared out so: a script, and its `main`."""

_SIMPLE = (Assign, AugmentedAssign, Delete, Evaluate, Return)
"""Statements without others inside; with them, it is one of those that is left."""


def _join_paths(paths: list[tuple[list[Value], State]]) -> tuple[list[Value], State]:
    columns = zip(*(values for values, _ in paths), strict=True)
    return [join_values(column) for column in columns], join_states(s for _, s in paths)


class Machine:
    """What all activations of one analysis share. The `ledger` tells what they find and do."""

    def __init__(
        self,
        modules: dict[str, Code],
        program: Program,
        own: OwnFacts = NO_OWN_FACTS,
        paths: MappingOf[str, str] | None = None,
        most_steps: int = MOST_STEPS_OF_A_PROGRAM,
    ) -> None:
        self.modules = modules
        self.program = program
        self.own = own
        self.paths = paths or {}
        self.book = AddressBook()
        self.evidence = Evidence()
        self.relevance = Relevance(own.crossing_words)
        self.ledger = Ledger(modules, self.relevance, own.crossing_words, most_steps)
        self.script = ""
        self.images: dict[str, Image] = {}
        self.originals: dict[Address, HeapObject] = {}
        self._frames: dict[str, Address] = {}
        self.escaped: dict[Address, None] = {}
        self.escape_modes: dict[Code, Belief] = {}
        self.returned: dict[tuple[Address, Truth], Returned] = {}
        self.recursive_arguments: dict[Address, Arguments] = {}
        self.summaries: dict[Address, Outcome | None] = {}
        self.summary_used: set[Address] = set()
        self.memo = Memo()
        self.enumerations: dict[Address, None] = {}
        self.stated: dict[tuple[Span, Address], HeapObject] = {}
        self.missing_reads = 0
        """How often the statement at hand has read a variable that is bound on other ways alone."""

    # --- running -------------------------------------------------------------------------------

    def evaluate(self, node: Expression, state: State, activation: Activation) -> Outcomes:
        """The outcomes of an expression. The state belongs to the evaluation from then on."""
        return EVALUATORS[type(node)](self, node, state, activation)

    def evaluate_all(
        self, nodes: SequenceOf[Expression], state: State, activation: Activation
    ) -> list[tuple[tuple[Value, ...], State]]:
        """The outcomes of several expressions, evaluated one after the other."""
        paths: list[tuple[list[Value], State]] = [([], state)]
        for node in nodes:
            longer: list[tuple[list[Value], State]] = []
            for values, before in paths:
                outcomes = self.evaluate(node, before, activation)
                for value, after in outcomes:
                    one = values if len(outcomes) == 1 else values[:]
                    one.append(value)
                    longer.append((one, after))
            paths = longer if len(longer) <= self.ledger.work.most_paths else [_join_paths(longer)]
        return [(tuple(values), after) for values, after in paths]

    def execute(self, block: Block, states: list[State], activation: Activation) -> list[State]:
        """The states at the end of a block; abrupt exits go to the lists of the activation."""
        shared_out = activation.depth <= DEEPEST_SHARED_OUT and block is activation.code.body
        for statement in block:
            if not states:
                break
            if shared_out:
                with self.ledger.work.portion(last=statement is block[-1]):
                    states = self._execute_one(statement, states, activation)
            else:
                states = self._execute_one(statement, states, activation)
        return states

    def _execute_one(
        self, statement: Statement, states: list[State], activation: Activation
    ) -> list[State]:
        after: list[State] = []
        doubtful: list[State] = []
        seen = self.missing_reads
        for state in states:
            self.missing_reads = seen
            ends = self._execute_from(statement, state, activation)
            (after if self.missing_reads == seen else doubtful).extend(ends)
        self.missing_reads = seen
        # Where another way goes on, a way that reads what it has not bound does not.
        return correlated.few_states(self, after or doubtful, statement, activation)

    def _execute_from(
        self, statement: Statement, state: State, activation: Activation
    ) -> list[State]:
        self.ledger.count_step(activation, 1 + state.heap.extent // OBJECTS_PER_STEP)
        if activation.watched and not isinstance(statement, (Raise, Jump)):
            if not cannot_fail(statement):
                activation.raises.append((frozenset(), state.fork()))
        elif activation.finals and isinstance(statement, _SIMPLE):
            return self._left_where_refused(statement, state, activation)
        return EXECUTORS[type(statement)](self, statement, state, activation)

    def _left_where_refused(
        self, statement: Statement, state: State, activation: Activation
    ) -> list[State]:
        """Like `execute`; a statement with a crossing that is sure to be refused is also left by it."""
        before, seen = state.fork(), len(self.ledger.found)
        after = EXECUTORS[type(statement)](self, statement, state, activation)
        if any(visit.refused.usual is Truth.YES for visit in self.ledger.visits_since(seen)):
            activation.raises.append((frozenset(), before))
        return after

    def forget_calls(self) -> None:
        """Run each call anew from here on."""
        self.memo = Memo()

    # --- the files of the program --------------------------------------------------------------

    def path_of(self, file: str) -> str:
        """The path of a file, which its name is unless something else was said."""
        return self.paths.get(file, file)

    def frame_of(self, file: str) -> Address:
        """The address of a module's frame, whether it is there already or not."""
        frame = self._frames.get(file)
        if frame is None:
            span = Span(1, 0, 1, 0, file)
            frame = self._frames[file] = self.book.place(span, "module", 0)
        return frame

    def code_of(self, file: str) -> Code | None:
        """A module of the program; None if it cannot be read."""
        code = self.modules.get(file)
        if code is None:
            code = self.program.code(file)
            if code is not None:
                self.modules[file] = code
                self.relevance.add([code])
        return code

    def module_name(self, file: str) -> str:
        """What `__name__` is in a module."""
        return "__main__" if file == self.script else file

    # --- the language, for whoever needs to go back into the program ---------------------------

    def call(
        self,
        callee: Value,
        arguments: Arguments,
        state: State,
        activation: Activation,
        span: Span,
        shown: str,
    ) -> Outcomes:
        """The outcomes of calling a value; `shown` is how the program calls it."""
        return calls.call_value(self, callee, arguments, state, activation, span, shown)

    def call_back(
        self,
        callee: Value,
        arguments: Arguments,
        state: State,
        activation: Activation,
        span: Span,
        shown: str,
    ) -> Outcomes:
        """The same of something that a call at `span` calls beside what it makes there itself.

        A context of its own tells the two apart: `vjp(torch.exp, x)` makes two results at one place.
        """
        outer = activation.context
        activation.context = self.book.context(outer, span)
        try:
            return self.call(callee, arguments, state, activation, span, shown)
        finally:
            activation.context = outer

    def invoke(
        self,
        function: Address,
        arguments: Arguments,
        state: State,
        activation: Activation,
        span: Span,
    ) -> Outcomes:
        """The outcomes of calling one function of the program."""
        return functions.invoke(self, function, arguments, state, activation, span)

    def await_value(
        self, value: Value, state: State, activation: Activation, span: Span
    ) -> Outcomes:
        """The outcomes of awaiting a value."""
        return functions.await_value(self, value, state, activation, span)

    def read_attribute(
        self,
        value: Value,
        name: str,
        state: State,
        activation: Activation,
        span: Span,
        shown: str,
    ) -> Outcomes:
        """The outcomes of `value.name`."""
        return attributes.read_attribute(self, value, name, state, activation, span, shown)

    def iterate(
        self,
        value: Value,
        state: State,
        activation: Activation,
        span: Span,
        body: Callable[[Value, State], list[State]],
    ) -> list[State]:
        """The states after `body` has been run on each element of a value."""
        return iteration.iterate(self, value, state, activation, span, body)

    def collect(
        self, value: Value, state: State, activation: Activation, span: Span
    ) -> list[tuple[Sequence, State]]:
        """The elements of an iterable as a list, with the state after running through it."""
        return iteration.collect(self, value, state, activation, span)

    def leave_in_unseen_hands(self, state: State, values: list[Value]) -> None:
        """Code out of sight was given these: it may freeze a module, set a flag, call a function."""
        unseen_calls.leave_in_unseen_hands(self, state, values)

    # --- making objects ------------------------------------------------------------------------

    def new(
        self,
        state: State,
        activation: Activation,
        span: Span,
        role: str,
        thing: HeapObject,
        *,
        of: Address | None = None,
    ) -> Value:
        """A new object, made at `span`. A place made twice without ageing holds either object.

        Where one statement makes one for each of several others, it is known by the other one (`of`).
        """
        address = self.book.place(span, role, activation.context, of=of)
        known = state.heap.get(address)
        state.heap[address] = thing if known is None else join_objects(known, thing)
        return value_of(address)

    def unknown(
        self,
        state: State,
        activation: Activation,
        span: Span,
        role: str,
        *,
        kind: Kind = Kind.ANY,
        grad: Belief = MAYBE,
        device: Trait = UNSEEN,
        narrow: Trait = UNSEEN,
        story: Story | None = None,
        severed: frozenset[Span] = frozenset(),
    ) -> Value:
        """A fresh value that nothing else is known of."""
        thing = Unknown(kind, grad, device=device, narrow=narrow, severed=severed, story=story)
        return value_of(self.unknown_object(state, activation.context, span, role, thing))

    def unknown_object(
        self, state: State, context: int, span: Span, role: str, thing: HeapObject
    ) -> Address:
        """The address of a fresh unknown object; what was assumed about the one before is void."""
        address = self.book.place(span, f"unknown {role}", context)
        known = state.heap.get(address)
        state.heap[address] = thing if known is None else join_objects(known, thing)
        drop_assumptions(state, [address])
        return address

    def bounded(self, value: Value, state: State, activation: Activation, span: Span) -> Value:
        """The value; if it may be too many things, with one thing in place of those that are alike.

        Literals and unknown objects say little each: one unknown object stands for them. Of many
        containers of a kind one joined container does; what is stored into it, they do not see.
        """
        if len(value) <= MOST_ATOMS:
            return value
        alike: dict[str, list[Address]] = {}
        vague: list[Atom] = []
        for atom in in_order(value):
            thing = state.get(atom) if isinstance(atom, Address) else None
            if isinstance(atom, Literal) or isinstance(thing, Unknown):
                vague.append(atom)
            elif isinstance(thing, (Sequence, Mapping)) and isinstance(atom, Address):
                kind = thing.kind if isinstance(thing, Sequence) else "dict"
                alike.setdefault(kind, []).append(atom)
        kept = value - frozenset(vague)
        for kind, places in alike.items():
            joined = functools.reduce(join_objects, [state.get(place) for place in places])
            kept = kept - frozenset(places)
            kept |= self.new(state, activation, span, f"any of many {kind}", joined)
        if not vague:
            return kept
        grads = [t.grad for a in vague if isinstance(t := self._object(state, a), Unknown)]
        grad = functools.reduce(Belief.join, grads, NO)
        return kept | self.unknown(
            state,
            activation,
            span,
            "any of many",
            kind=Kind.ANY if grads else Kind.OTHER,
            grad=grad,
        )

    @staticmethod
    def _object(state: State, atom: Atom) -> HeapObject | None:
        return state.get(atom) if isinstance(atom, Address) else None

    def derived(
        self,
        operator: str,
        operands: tuple[Atom, ...],
        span: Span,
        thing: HeapObject,
    ) -> Value:
        """The unknown result of a pure operation: the same address whenever it is asked for."""
        return value_of(self.book.derive(operator, operands, span, thing))

    # --- paths ---------------------------------------------------------------------------------

    def merge_states(self, states: list[State]) -> list[State]:
        """The same executions on as many paths as are kept apart for now."""
        return merge_states(states, self.ledger.work.most_paths)

    def merge_outcomes(self, outcomes: Outcomes, limit: int | None = None) -> Outcomes:
        """The same outcomes on fewer paths: equal values in equal worlds once, and at most `limit`."""
        if len(outcomes) <= 1:
            return outcomes
        limit = self.ledger.work.most_paths if limit is None else limit
        groups: dict[Value, list[State]] = {}
        for value, state in outcomes:
            groups.setdefault(value, []).append(state)
        merged = [
            (value, state)
            for value, states in groups.items()
            for state in merge_states(states, limit)
        ]
        if len(merged) <= limit:
            return merged
        return [self.join_outcomes(merged)]

    def join_outcomes(self, outcomes: Outcomes) -> Outcome:
        """One outcome that covers all."""
        if len(outcomes) == 1:
            return outcomes[0]
        return join_values(v for v, _ in outcomes), join_states(s for _, s in outcomes)

    def address_of_frame(self, activation: Activation, depth: int, state: State) -> Address | None:
        """The frame `depth` function levels out of an activation."""
        frame: Address | None = activation.frame
        for _ in range(depth):
            if frame is None:
                return None
            frame = state.outer(frame)
        return frame
