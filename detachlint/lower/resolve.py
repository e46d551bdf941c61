"""Where a name lives: frames, which hold variables, and scopes, which say what a name means.

A function, a class and the module have a frame each. A comprehension has a scope of its own but
lends its frame from around it, so its variables get made-up names there. What is found is kept as
`Name.depth`: the number of function frames outwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Literal

from detachlint.ir.nodes import GLOBAL, Block, Code, Expression, Parameter, made_up_name
from detachlint.lower.scope import ScopeKind, mangled
from detachlint.source.span import Span

TYPE_PARAMETER = -2
"""In place of a depth: the name is a type parameter, which no frame of the IR holds."""


class Frame:
    """What is known so far about the code that is being lowered."""

    __slots__ = (
        "awaits",
        "captured",
        "enclosing",
        "kind",
        "own_depth",
        "qualified_name",
        "variables",
        "yields",
    )

    def __init__(
        self, kind: ScopeKind, qualified_name: str, outer: Frame | None, variables: Iterable[str]
    ) -> None:
        self.kind = kind
        self.qualified_name = qualified_name
        # Nothing inside a class sees its variables, except the class body itself.
        self.enclosing: Frame | None = (
            outer.enclosing if outer is not None and outer.kind == "class" else outer
        )
        self.variables = set(variables)
        self.captured: set[str] = set()
        self.own_depth = GLOBAL if kind == "module" else 0
        self.yields = False
        self.awaits = False

    def make_up(self, stem: str, span: Span) -> str:
        """A new variable of this frame that no program can name."""
        name = made_up_name(stem, span)
        # Before Python 3.12, equal expressions of one f-string are given equal positions.
        while name in self.variables:
            name += "'"
        self.variables.add(name)
        return name

    def code(
        self,
        kind: Literal["function", "lambda", "class", "module"],
        name: str,
        parameters: tuple[Parameter, ...],
        body: Block,
        span: Span,
        *,
        is_async: bool = False,
        returns: Expression | None = None,
    ) -> Code:
        """The finished code, once all that stands in it has been lowered."""
        return Code(
            kind=kind,
            name=name,
            qualified_name=self.qualified_name,
            parameters=parameters,
            body=body,
            variables=frozenset(self.variables),
            captured=frozenset(self.captured),
            yields=self.yields,
            is_async=is_async,
            returns=returns,
            span=span,
        )

    def inner_name(self, name: str) -> str:
        """The `__qualname__` of what is defined in this frame under a name."""
        if self.kind == "module":
            return name
        infix = ".<locals>." if self.kind == "function" else "."
        return f"{self.qualified_name}{infix}{name}"


class _Resolved(dict[str, "tuple[str, int]"]):
    """What the names of the source mean in one scope, found out on first use."""

    __slots__ = ("scope",)

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __missing__(self, name: str) -> tuple[str, int]:
        found = self[name] = self.scope.resolve(name, self.scope)
        return found


class Scope:
    """A region in which names mean the same.

    `own` maps the scope's own names, mangled, to the variables of its frame. `names[name]` is the
    variable and the depth for a name as it stands in the source.
    """

    __slots__ = ("frame", "global_names", "kind", "names", "own", "parent", "private")

    def __init__(
        self,
        kind: ScopeKind | Literal["type parameters"],
        frame: Frame,
        parent: Scope | None,
        private: str | None,
        own: Mapping[str, str],
        global_names: AbstractSet[str] = frozenset(),
    ) -> None:
        self.kind = kind
        self.frame = frame
        self.parent = parent
        self.private = private
        self.own = own
        self.global_names = global_names
        self.names = _Resolved(self)

    def walrus(self, name: str) -> tuple[str, int]:
        """What `names` says, for the target of `:=`: comprehensions do not hold those."""
        scope = self
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        return self.resolve(name, scope)

    def resolve(self, name: str, start: Scope) -> tuple[str, int]:
        """The variable and the depth, as seen from here, of what `name` means in `start`."""
        variable, holder = start._find(mangled(name, self.private))
        if holder is None:
            return variable, TYPE_PARAMETER
        depth = 0
        frame = self.frame
        while frame is not holder and frame.enclosing is not None:
            frame = frame.enclosing
            depth += 1
        holder = frame  # another one, the module, only in programs that Python rejects
        if depth and variable in holder.variables:
            holder.captured.add(variable)
        return variable, GLOBAL if holder.kind == "module" else depth

    def _find(self, name: str) -> tuple[str, Frame | None]:
        """The variable and the frame that holds it (None for a type parameter)."""
        scope = self
        hides_class = False  # from inside of other scopes, the variables of a class are not seen
        while True:
            if not (hides_class and scope.kind == "class"):
                if name in scope.global_names:
                    return name, scope._module()
                variable = scope.own.get(name)
                if variable is not None:
                    return variable, None if scope.kind == "type parameters" else scope.frame
            if scope.parent is None:
                return name, scope.frame
            # The brackets of `def f[T]` are the only scope that does see them.
            hides_class = hides_class or scope.kind != "type parameters"
            scope = scope.parent

    def _module(self) -> Frame:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope.frame
