"""The intermediate representation: final, frozen classes for expressions, statements and code.

What whoever reads this IR may rely on (the lowering's guarantee):

1.  Control flow is structured and complete: `If For While Try With Return Raise Jump`, no more.
2.  Every name is resolved to the frame that holds it (`Name.depth`); `global`, `nonlocal`, the
    scope of comprehensions and of class bodies are gone.
3.  A statement binds in one place only: `Assign`, `AugmentedAssign`, `For.target`, `With.target`,
    `Handler.name` and the expression `Bind`. `def`, `class` and `import` are assignments; a chained
    assignment `a = b = e` evaluates `e` once into several targets.
4.  `match` is gone: patterns are tests, attribute and item reads, and `Bind`s under `If`.
5.  Chained comparisons, `assert`, `elif`, `async` variants and generator expressions are gone: a
    generator expression is the call of a generator function on its outermost iterable, as in
    Python.
6.  Each `with` has one manager.
7.  Decorators are listed outermost first and are expressions evaluated where the definition
    stands.
8.  What is not modelled is an `Opaque` with its reason. Nothing is dropped in silence, and the
    subexpressions of what is opaque are still evaluated (`Opaque.operands`).
9.  Every node knows its `span`; a name made up by the lowering contains a character that no Python
    identifier has (see `made_up_name`).
"""

from __future__ import annotations

from enum import Enum
from types import EllipsisType
from typing import Literal, TypeAlias, final

from detachlint.source.span import Span
from detachlint.source.value_class import value_class

GLOBAL = -1
"""`Name.depth` of a module-level name (builtins are the fallback)."""

ConstantValue: TypeAlias = "int | float | complex | str | bytes | bool | EllipsisType | None"


def made_up_name(stem: str, span: Span) -> str:
    """A name for a temporary of the lowering, unique to its place and no Python identifier."""
    return f"{stem}@{span.line}:{span.column}"


# --- expressions ------------------------------------------------------------------------------


@final
@value_class(frozen=True, slots=True)
class Constant:
    """A literal."""

    value: ConstantValue
    span: Span


@final
@value_class(frozen=True, slots=True)
class Name:
    """A variable. `depth` counts function frames outwards (0 = this one), or is `GLOBAL`.

    A class body is a frame of its own (depth 0 there); an unbound name of a class body falls back
    to the global of that name. Functions inside a class body do not count the class as a frame.
    """

    name: str
    depth: int
    span: Span


@final
@value_class(frozen=True, slots=True)
class Attribute:
    """`value.name`; also a target."""

    value: Expression
    name: str
    span: Span


@final
@value_class(frozen=True, slots=True)
class Subscript:
    """`value[index]`; also a target. A tuple index is a `Display`, a slice a `Slice`."""

    value: Expression
    index: Expression
    span: Span


@final
@value_class(frozen=True, slots=True)
class Slice:
    """`lower:upper:step` inside a subscript."""

    lower: Expression | None
    upper: Expression | None
    step: Expression | None
    span: Span


@final
@value_class(frozen=True, slots=True)
class Argument:
    """One argument of a call or item of a display.

    `unpack` is `""`, `"*"` or `"**"`; `keyword` is the name in `f(name=value)`.
    """

    value: Expression
    keyword: str | None = None
    unpack: Literal["", "*", "**"] = ""


@final
@value_class(frozen=True, slots=True)
class Call:
    """`function(*arguments)`, arguments in source order."""

    function: Expression
    arguments: tuple[Argument, ...]
    span: Span


@final
@value_class(frozen=True, slots=True)
class Operator:
    """A unary or binary operator or one comparison, named as in the source.

    Unary ones are `"unary -"`, `"unary +"`, `"unary ~"`, `"not"`. Made by `match` only:
    `"is sequence"` (operands: subject, minimum length, whether longer ones match too) and
    `"is mapping"`.
    """

    name: str
    operands: tuple[Expression, ...]
    span: Span


@final
@value_class(frozen=True, slots=True)
class Logical:
    """`and`/`or`: short-circuiting, the value is that of the deciding operand."""

    name: Literal["and", "or"]
    operands: tuple[Expression, ...]
    span: Span


@final
@value_class(frozen=True, slots=True)
class Conditional:
    """`body if test else orelse`."""

    test: Expression
    body: Expression
    orelse: Expression
    span: Span


@final
@value_class(frozen=True, slots=True)
class Display:
    """`[…]`, `(…)`, `{…}`, `{k: v}` or an f-string.

    For `dict`, `keys[i]` belongs to `items[i]` and is None where the item is `**unpacked`. The items
    of an f-string are its pieces, text as constants; `keys[i]` is how `items[i]` is formatted
    (`"!r:>8"`, as it stands in the source), or None. Otherwise `keys` is empty.
    """

    kind: Literal["list", "tuple", "set", "dict", "string"]
    items: tuple[Argument, ...]
    keys: tuple[Expression | None, ...]
    span: Span


@final
@value_class(frozen=True, slots=True)
class Clause:
    """One `for target in iterable if conditions…` of a comprehension."""

    target: Target
    iterable: Expression
    conditions: tuple[Expression, ...]


@final
@value_class(frozen=True, slots=True)
class Comprehension:
    """An eager comprehension. Its variables are made-up names of the frame around it."""

    kind: Literal["list", "set", "dict"]
    key: Expression | None
    element: Expression
    clauses: tuple[Clause, ...]
    span: Span


@final
@value_class(frozen=True, slots=True)
class Bind:
    """`(target := value)`: evaluates to the value."""

    target: Name
    value: Expression
    span: Span


@final
@value_class(frozen=True, slots=True)
class Yield:
    """`yield value`, or `yield from value` where `delegate`. Evaluates to what is sent."""

    value: Expression | None
    delegate: bool
    span: Span


@final
@value_class(frozen=True, slots=True)
class Await:
    """`await value`."""

    value: Expression
    span: Span


@final
@value_class(frozen=True, slots=True)
class Import:
    """The object an import statement binds.

    `module` is the dotted name after the dots, `level` the number of dots. `attribute` is the name
    in `from module import attribute`; None means the module object itself — the *top-level* package
    for `import a.b` (then `top_level`), the submodule for `import a.b as c`.
    """

    module: str
    level: int
    attribute: str | None
    top_level: bool
    span: Span


@final
@value_class(frozen=True, slots=True)
class MakeFunction:
    """`def`, `async def` or `lambda`: a function object; defaults are evaluated here."""

    code: Code
    decorators: tuple[Expression, ...]
    span: Span


@final
@value_class(frozen=True, slots=True)
class MakeClass:
    """`class`: runs `code` as a frame of its own and makes a class object of its variables."""

    code: Code
    bases: tuple[Argument, ...]
    decorators: tuple[Expression, ...]
    span: Span


@final
@value_class(frozen=True, slots=True)
class Opaque:
    """Something this IR does not model; evaluates its operands, then to an unknown value, which is true if
    it is `SET_BY_HAND`."""

    reason: str
    operands: tuple[Expression, ...]
    span: Span


SET_BY_HAND = "set by hand"
"""Why something is opaque that takes the place of None: it is there."""


Expression: TypeAlias = (
    Constant
    | Name
    | Attribute
    | Subscript
    | Slice
    | Call
    | Operator
    | Logical
    | Conditional
    | Display
    | Comprehension
    | Bind
    | Yield
    | Await
    | Import
    | MakeFunction
    | MakeClass
    | Opaque
)


# --- targets and statements -------------------------------------------------------------------


@final
@value_class(frozen=True, slots=True)
class Unpack:
    """A tuple or list of targets; `star` is the index of the starred one, if any."""

    targets: tuple[Target, ...]
    star: int | None
    span: Span


Target: TypeAlias = Name | Attribute | Subscript | Unpack


@final
@value_class(frozen=True, slots=True)
class Assign:
    """`targets[0] = targets[1] = … = value`. `annotation` is that of `name: annotation = value`.

    A declaration without a value (`name: annotation`) has `value` None and binds nothing; class
    bodies need it for dataclass and NamedTuple fields.
    """

    targets: tuple[Target, ...]
    value: Expression | None
    annotation: Expression | None
    span: Span


@final
@value_class(frozen=True, slots=True)
class AugmentedAssign:
    """`target operator= value`; `operator` without the equals sign (`"+"`)."""

    target: Name | Attribute | Subscript
    operator: str
    value: Expression
    span: Span


@final
@value_class(frozen=True, slots=True)
class Delete:
    """`del target`."""

    target: Name | Attribute | Subscript
    span: Span


@final
@value_class(frozen=True, slots=True)
class Evaluate:
    """An expression statement."""

    value: Expression
    span: Span


@final
@value_class(frozen=True, slots=True)
class If:
    """`if`."""

    test: Expression
    body: Block
    orelse: Block
    span: Span


@final
@value_class(frozen=True, slots=True)
class For:
    """`for` and `async for`; `orelse` runs when no `break` did."""

    target: Target
    iterable: Expression
    body: Block
    orelse: Block
    span: Span


@final
@value_class(frozen=True, slots=True)
class While:
    """`while`."""

    test: Expression
    body: Block
    orelse: Block
    span: Span


@final
@value_class(frozen=True, slots=True)
class Handler:
    """`except kind as name`; `kind` None catches everything. The name is unbound at the end."""

    kind: Expression | None
    name: Name | None
    body: Block
    span: Span


@final
@value_class(frozen=True, slots=True)
class Try:
    """`try`; `final` is the `finally` block."""

    body: Block
    handlers: tuple[Handler, ...]
    orelse: Block
    final: Block
    span: Span


@final
@value_class(frozen=True, slots=True)
class With:
    """`with manager as target` and `async with`."""

    manager: Expression
    target: Target | None
    body: Block
    span: Span


@final
@value_class(frozen=True, slots=True)
class Return:
    """`return`; a lambda's body is one of these."""

    value: Expression | None
    span: Span


@final
@value_class(frozen=True, slots=True)
class Raise:
    """`raise value from cause`; a failing `assert` (under `If`) too. `cause` is evaluated first."""

    value: Expression | None
    span: Span


@final
@value_class(frozen=True, slots=True)
class Jump:
    """`break` or `continue`."""

    kind: Literal["break", "continue"]
    span: Span


Statement: TypeAlias = (
    Assign
    | AugmentedAssign
    | Delete
    | Evaluate
    | If
    | For
    | While
    | Try
    | With
    | Return
    | Raise
    | Jump
)

Block: TypeAlias = tuple[Statement, ...]


# --- code -------------------------------------------------------------------------------------


class ParameterKind(Enum):
    """How a parameter takes its argument."""

    POSITIONAL_ONLY = "positional-only"
    POSITIONAL = "positional"
    VARIADIC = "*"
    KEYWORD_ONLY = "keyword-only"
    KEYWORDS = "**"


@final
@value_class(frozen=True, slots=True)
class Parameter:
    """One parameter. `default` is evaluated when the function is made, in the frame around it."""

    name: str
    kind: ParameterKind
    default: Expression | None
    annotation: Expression | None
    span: Span


@final
@value_class(frozen=True, slots=True, eq=False)
class Code:
    """The body of a function, lambda, class or module. Compared by identity.

    `qualified_name` is Python's `__qualname__` form (`Outer.method`, `f.<locals>.g`, `<lambda>`).
    `captured` are the own variables that inner functions refer to. `yields` marks generators.
    """

    kind: Literal["function", "lambda", "class", "module"]
    name: str
    qualified_name: str
    parameters: tuple[Parameter, ...]
    body: Block
    variables: frozenset[str]
    captured: frozenset[str]
    yields: bool
    is_async: bool
    returns: Expression | None
    span: Span
