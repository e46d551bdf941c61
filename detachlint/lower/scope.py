"""Which scope binds which names: one walk over the syntax tree, before anything is lowered.

Python decides where a name lives by looking at the whole function first, so this has to come before
the lowering. The walk is breadth first and without recursion; it is also where a program that is
nested too deeply for the recursive passes to come is turned away.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeAlias

from detachlint.syntax.parse import too_deep

MAXIMUM_NESTING = 300
"""Levels of the syntax tree (statements and expressions) that later passes may have to recurse.

Hand-written files stay below 100. The lowering needs at most two Python frames a level, so this
fits into Python's default recursion limit of 1000 with room for the callers.
"""

ScopeKind: TypeAlias = Literal["module", "class", "function", "comprehension"]

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Bindings:
    """The names, mangled as Python does in classes, that one scope binds or declares.

    `bound` are its own variables: what is declared `global` or `nonlocal` is not among them.
    `makes_functions` tells, for a comprehension, whether a lambda or a generator expression stands
    in it, which could hold on to its variables.
    """

    __slots__ = (
        "bound",
        "global_names",
        "kind",
        "makes_functions",
        "nonlocal_names",
        "parent",
        "private",
    )

    def __init__(self, kind: ScopeKind, parent: Bindings | None, private: str | None) -> None:
        self.kind = kind
        self.parent = parent
        self.private = private
        self.bound: set[str] = set()
        self.global_names: set[str] = set()
        self.nonlocal_names: set[str] = set()
        self.makes_functions = False

    def bind(self, name: str) -> None:
        """Record that the scope binds a name, given as in the source."""
        self.bound.add(mangled(name, self.private))

    def owner(self) -> Bindings:
        """The scope in which `:=` binds: the nearest that is no comprehension."""
        scope = self
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        return scope


def mangled(name: str, private: str | None) -> str:
    """A name as Python knows it inside the class `private` (None outside of classes)."""
    if private is None or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    stem = private.lstrip("_")
    return f"_{stem}{name}" if stem else name


def analyse(tree: ast.Module) -> dict[ast.AST, Bindings]:
    """The bindings of the module and of every class, function, lambda and comprehension in it.

    Raises `Unparsable` where the tree is deeper than `MAXIMUM_NESTING`.
    """
    walk = _Walk()
    module = walk.open(tree, "module", None, None, tree.body, 0)
    walk.run()
    for bindings in walk.scopes.values():
        if bindings is not module:
            module.bound |= bindings.global_names & bindings.bound
            bindings.bound -= bindings.global_names
            bindings.bound -= bindings.nonlocal_names
    return walk.scopes


class _Walk:
    """The state of the walk: what was found, and the parts of scopes that are still to be seen."""

    def __init__(self) -> None:
        self.scopes: dict[ast.AST, Bindings] = {}
        self.pending: list[tuple[Bindings, list[Any], int]] = []
        self.depth = 0

    def open(
        self,
        node: ast.AST,
        kind: ScopeKind,
        parent: Bindings | None,
        private: str | None,
        inside: list[Any],
        depth: int,
    ) -> Bindings:
        """Start the scope of `node`, which holds the nodes `inside`."""
        scope = self.scopes[node] = Bindings(kind, parent, private)
        self.pending.append((scope, inside, depth))
        return scope

    def run(self) -> None:
        """Visit everything, one level of one scope after the other."""
        while self.pending:
            scope, level, self.depth = self.pending.pop()
            while level:
                self.depth += 1
                if self.depth > MAXIMUM_NESTING:
                    raise _too_deep_at(level)
                level = self._next_level(scope, level)

    def _next_level(self, scope: Bindings, level: list[Any]) -> list[Any]:
        following: list[Any] = []
        for node in level:
            kind = type(node)
            visit = _VISITORS.get(kind)
            if visit is not None:
                visit(self, scope, node, following)
                continue
            for field in _FIELDS[kind]:
                child = getattr(node, field, None)
                if type(child) is list:
                    following += child
                elif child is not None:
                    following.append(child)
        return following


def _too_deep_at(level: Iterable[Any]) -> Exception:
    for node in level:
        if hasattr(node, "lineno"):
            return too_deep(node.lineno, node.col_offset)
    return too_deep()


# --- what the kinds of nodes bind -------------------------------------------------------------

_Visitor: TypeAlias = Callable[[_Walk, Bindings, Any, list[Any]], None]


def _visit_name(walk: _Walk, scope: Bindings, node: ast.Name, following: list[Any]) -> None:
    if type(node.ctx) is not ast.Load:
        scope.bind(node.id)


def _visit_annotated_assignment(
    walk: _Walk, scope: Bindings, node: ast.AnnAssign, following: list[Any]
) -> None:
    following.append(node.annotation)
    if node.value is not None:
        following.append(node.value)
    # `(name): annotation` alone declares nothing.
    if node.simple or node.value is not None or not isinstance(node.target, ast.Name):
        following.append(node.target)


def _visit_walrus(walk: _Walk, scope: Bindings, node: ast.NamedExpr, following: list[Any]) -> None:
    scope.owner().bind(node.target.id)
    following.append(node.value)


def _visit_function(
    walk: _Walk,
    scope: Bindings,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    following: list[Any],
) -> None:
    scope.bind(node.name)
    following += node.decorator_list
    following += getattr(node, "type_params", ())
    if node.returns is not None:
        following.append(node.returns)
    _open_function(walk, scope, node, node.args, node.body, following)


def _visit_lambda(walk: _Walk, scope: Bindings, node: ast.Lambda, following: list[Any]) -> None:
    _mark_functions(scope)
    _open_function(walk, scope, node, node.args, [node.body], following)


def _open_function(
    walk: _Walk,
    scope: Bindings,
    node: ast.AST,
    arguments: ast.arguments,
    inside: list[Any],
    following: list[Any],
) -> None:
    function = walk.open(node, "function", scope, scope.private, inside, walk.depth)
    following += arguments.defaults
    following += arguments.kw_defaults
    for argument in all_arguments(arguments):
        function.bind(argument.arg)
        if argument.annotation is not None:
            following.append(argument.annotation)


def all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    """The parameters of every kind, in source order."""
    found = arguments.posonlyargs + arguments.args
    if arguments.vararg is not None:
        found.append(arguments.vararg)
    found += arguments.kwonlyargs
    if arguments.kwarg is not None:
        found.append(arguments.kwarg)
    return found


def _visit_class(walk: _Walk, scope: Bindings, node: ast.ClassDef, following: list[Any]) -> None:
    scope.bind(node.name)
    following += node.decorator_list
    following += getattr(node, "type_params", ())
    following += node.bases
    following += node.keywords
    walk.open(node, "class", scope, node.name, list(node.body), walk.depth)


def _visit_comprehension(
    walk: _Walk,
    scope: Bindings,
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
    following: list[Any],
) -> None:
    if type(node) is ast.GeneratorExp:
        _mark_functions(scope)
    first, *others = node.generators
    following.append(first.iter)
    inside: list[Any] = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    inside += [first.target, *first.ifs, *others]
    # Takes six Python frames to lower, as much as three levels.
    walk.open(node, "comprehension", scope, scope.private, inside, walk.depth + 2)


def _mark_functions(scope: Bindings | None) -> None:
    while scope is not None and scope.kind == "comprehension":
        scope.makes_functions = True
        scope = scope.parent


def _visit_global(walk: _Walk, scope: Bindings, node: ast.Global, following: list[Any]) -> None:
    if scope.kind != "module":
        scope.global_names.update(mangled(name, scope.private) for name in node.names)


def _visit_nonlocal(walk: _Walk, scope: Bindings, node: ast.Nonlocal, following: list[Any]) -> None:
    if scope.kind != "module":
        scope.nonlocal_names.update(mangled(name, scope.private) for name in node.names)


def _visit_alias(walk: _Walk, scope: Bindings, node: ast.alias, following: list[Any]) -> None:
    if node.name != "*":
        scope.bind(node.asname or node.name.partition(".")[0])


def _visit_handler(
    walk: _Walk, scope: Bindings, node: ast.ExceptHandler, following: list[Any]
) -> None:
    if node.name is not None:
        scope.bind(node.name)
    if node.type is not None:
        following.append(node.type)
    following += node.body


def _visit_match(walk: _Walk, scope: Bindings, node: ast.Match, following: list[Any]) -> None:
    following.append(node.subject)
    # Each case is lowered to an `If` in the `else` of the one before.
    walk.pending.append((scope, list(node.cases), walk.depth + len(node.cases)))


def _visit_with(
    walk: _Walk, scope: Bindings, node: ast.With | ast.AsyncWith, following: list[Any]
) -> None:
    # Each manager is lowered to a `With` in the one before.
    inside = [*node.items, *node.body]
    walk.pending.append((scope, inside, walk.depth + len(node.items) - 1))


def _visit_capture(
    walk: _Walk, scope: Bindings, node: ast.MatchAs | ast.MatchStar, following: list[Any]
) -> None:
    if node.name is not None:
        scope.bind(node.name)
    if isinstance(node, ast.MatchAs) and node.pattern is not None:
        following.append(node.pattern)


def _visit_mapping_pattern(
    walk: _Walk, scope: Bindings, node: ast.MatchMapping, following: list[Any]
) -> None:
    if node.rest is not None:
        scope.bind(node.rest)
    following += node.keys
    following += node.patterns


_VISITORS: dict[type, _Visitor] = {
    ast.Name: _visit_name,
    ast.AnnAssign: _visit_annotated_assignment,
    ast.NamedExpr: _visit_walrus,
    ast.FunctionDef: _visit_function,
    ast.AsyncFunctionDef: _visit_function,
    ast.Lambda: _visit_lambda,
    ast.ClassDef: _visit_class,
    ast.Global: _visit_global,
    ast.Nonlocal: _visit_nonlocal,
    ast.alias: _visit_alias,
    ast.ExceptHandler: _visit_handler,
    ast.Match: _visit_match,
    ast.With: _visit_with,
    ast.AsyncWith: _visit_with,
    ast.MatchAs: _visit_capture,
    ast.MatchStar: _visit_capture,
    ast.MatchMapping: _visit_mapping_pattern,
    **dict.fromkeys(COMPREHENSIONS, _visit_comprehension),
}


class _ChildFields(dict[type, tuple[str, ...]]):
    """The fields that may hold nodes, by type of node; what is no node has none."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        fields = getattr(kind, "_fields", ())
        self[kind] = tuple(field for field in fields if field not in _NO_CHILDREN)
        return self[kind]


_NO_CHILDREN = frozenset({"ctx", "op", "ops", "attr", "arg", "conversion", "kind", "type_comment"})
"""Fields left out for speed only."""

_FIELDS = _ChildFields({ast.Constant: ()})
