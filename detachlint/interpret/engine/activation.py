"""One run of one piece of code: where its jumps go, who called it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from detachlint.domain.objects import Function
from detachlint.domain.values import Address, Value
from detachlint.interpret.engine.state import State
from detachlint.ir.nodes import Code
from detachlint.source.span import Span

if TYPE_CHECKING:
    from detachlint.interpret.language.replacing import Replaced

Outcome: TypeAlias = tuple[Value, State]
Outcomes: TypeAlias = list[Outcome]
OnYield: TypeAlias = Callable[[Value, State], Outcomes]


@dataclass(slots=True)
class Activation:
    """The run of `code` with its variables in `frame`.

    Paths that leave a block other than at its end are put into the lists here: whoever encloses the
    block (loop, `try`, `with`, call) takes them out again. A raised exception is a pair of what is
    known of the exception (bottom: nothing) and the state. `watched` counts the enclosing `try`
    blocks: inside, any statement may raise; `finals` those with a `finally` and no handler, which runs
    after a crossing that PyTorch refuses. `on_yield` is what the consumer of a generator does with a
    yielded value; it answers with what is sent back.
    """

    code: Code
    frame: Address
    context: int
    caller: Activation | None = None
    call_span: Span | None = None
    function: Address | None = None
    owner: Address | None = None
    receiver: Value = frozenset()
    on_yield: OnYield | None = None
    watched: int = 0
    catches: frozenset[str] = frozenset()
    """Which exceptions of conversions an enclosing `try` keeps to itself (`catching.caught_by`)."""
    handles: frozenset[str] = frozenset()
    """After which of these it does the same otherwise (`catching.handled_by`)."""
    finals: int = 0
    depth: int = 0
    unseen: bool = False
    """Whether the chain of callers ends in one we cannot see."""
    returns: Outcomes = field(default_factory=list)
    raises: Outcomes = field(default_factory=list)
    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)
    replaced: Mapping[Address, Replaced] = field(default_factory=dict)
    """Containers whose items the loops at hand replace."""

    def called(
        self, address: Address, function: Function, frame: Address, context: int, span: Span
    ) -> Activation:
        """The run of a function that this one calls at `span`."""
        return Activation(
            function.code,
            frame,
            context,
            caller=self,
            call_span=span,
            function=address,
            owner=function.owner,
            depth=self.depth + 1,
            unseen=self.unseen,
        )

    def chain(self) -> Iterator[Activation]:
        """This activation and those that wait for it, the innermost first."""
        current: Activation | None = self
        while current is not None:
            yield current
            current = current.caller

    @property
    def caught(self) -> frozenset[str]:
        """The exceptions of conversions that are caught here or somewhere on the chain of callers."""
        return frozenset[str]().union(*(each.catches for each in self.chain()))

    @property
    def handled(self) -> frozenset[str]:
        """Those of them after which the program does the same otherwise: who catches first decides."""
        found, caught = set[str](), set[str]()
        for each in self.chain():
            found |= each.handles - caught
            caught |= each.catches
        return frozenset(found)

    def runs_of_function(self, function: Address) -> int:
        """How often a function object is being run on this chain of callers.

        By object, not by code: a wrapper around two functions is no recursion when one calls the other.
        """
        return sum(each.function is function for each in self.chain())

    def runs_of(self, code: Code) -> int:
        """How often `code` is being run on this chain of callers."""
        return sum(each.code is code for each in self.chain())
