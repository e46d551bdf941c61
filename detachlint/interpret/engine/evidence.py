"""What the text of a function or class tells about values whose origin is out of sight.

Only modules have `.parameters()` or `.eval()`, and what is backpropagated requires grad: a value with
such a sign anywhere in sight, before or after, is believed to be that. The order of statements does
not count, names do: a *path* is a name and attributes, `model` or `self.model.encoder`; in methods
the first parameter is called `self`.

Parameters that are frozen in sight (`.requires_grad_(False)`, `for p in m.parameters():
p.requires_grad = False`) take the sign back: then nothing is believed of the module's output.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from detachlint.ir.nodes import (
    Assign,
    Attribute,
    Call,
    Code,
    Constant,
    Expression,
    For,
    Operator,
)
from detachlint.ir.paths import path_of
from detachlint.ir.walk import nodes_in, nodes_of
from detachlint.knowledge import facts
from detachlint.knowledge.facts import Result
from detachlint.knowledge.names import TENSOR
from detachlint.knowledge.source_facts import methods_like
from detachlint.source.span import Span
from detachlint.source.value_class import value_class

SIGNS_OF_A_MODULE = (
    *("parameters", "named-parameters", "named-modules", "evaluation", "training"),
    *("loads-state", "clears-gradients"),
)
"""What methods do that only a module has."""

GIVEN_NOTHING = frozenset({"parameters", "named-parameters", "evaluation", "clears-gradients"})
"""Signs that take no positional argument: `frame.eval("a + b")` is none."""


def _is_flag(attribute: str) -> bool:
    fact = facts.tensor_attribute(attribute)
    return fact is not None and fact.traits.get("tells") == "flag"


def is_sign(name: str) -> bool:
    """Whether a method of that name is one of a module."""
    return facts.module_behaviour(name) in SIGNS_OF_A_MODULE


def _is_passed_on(method: str) -> bool:
    """Whether what it gives requires grad only if its tensor does: `loss.mean().backward()`."""
    fact = facts.call_fact(f"{TENSOR}.{method}")
    return fact is not None and fact.results[0] is Result.PROPAGATE and not fact.ignored


_BACKWARD_OF_ARGUMENT = frozenset({"accelerator", "fabric", "engine", "model_engine", "booster"})
"""Objects whose `backward(loss)` backpropagates what they are given."""


@value_class(frozen=True, slots=True)
class Signs:
    """What one body tells, by path."""

    modules: frozenset[str] = frozenset()
    frozen: frozenset[str] = frozenset()
    backpropagated: frozenset[str] = frozenset()
    """What is backpropagated, and no variable that is assigned in the body before."""
    losses: frozenset[Span] = frozenset()
    """The last assignments before a variable is backpropagated."""

    def __or__(self, other: Signs) -> Signs:
        return Signs(
            self.modules | other.modules,
            self.frozen | other.frozen,
            self.backpropagated | other.backpropagated,
            self.losses | other.losses,
        )

    def tell_module(self, path: str) -> bool:
        """Whether a path is a module whose parameters nobody in sight freezes."""
        return path in self.modules and path not in self.frozen


class Evidence:
    """The signs of code, each body looked at once."""

    def __init__(self) -> None:
        self._of: dict[Code, Signs] = {}

    def of(self, code: Code) -> Signs:
        """What a body tells, with the bodies inside it (for a class: its methods)."""
        found = self._of.get(code)
        if found is None:
            self._of[code] = Signs()  # a guard; code does not contain itself
            found = self._of[code] = _signs(code) | _join(self._inner(code))
        return found

    def _inner(self, code: Code) -> Iterator[Signs]:
        for node in nodes_of(code):
            if isinstance(node, Code):
                yield _renamed(node, self.of(node)) if code.kind == "class" else self.of(node)


def _join(several: Iterable[Signs]) -> Signs:
    joined = Signs()
    for signs in several:
        joined |= signs
    return joined


def _renamed(method: Code, signs: Signs) -> Signs:
    """The signs about attributes of `self`, whatever a method calls it."""
    if method.kind != "function" or not method.parameters:
        return Signs()
    own = f"{method.parameters[0].name}."

    def of_self(paths: frozenset[str]) -> frozenset[str]:
        return frozenset(f"self.{p.removeprefix(own)}" for p in paths if p.startswith(own))

    return Signs(of_self(signs.modules), of_self(signs.frozen), of_self(signs.backpropagated))


def _signs(code: Code) -> Signs:
    modules: set[str] = set()
    frozen: set[str] = set()
    backpropagated: list[tuple[str, Span]] = []
    assigned: dict[str, list[Span]] = {}
    for node in nodes_of(code):
        if isinstance(node, Call) and isinstance(node.function, Attribute):
            path = path_of(node.function.value)
            if path and _is_sign(node, node.function.name):
                modules.add(path)
            if (
                path
                and facts.module_behaviour(node.function.name) == "sets-flags"
                and _is_given_false(node)
            ):
                frozen.add(path)
            backpropagated += [(p, node.span) for p in _backpropagated(node, node.function)]
        elif isinstance(node, For) and _freezes(node):
            frozen.update(_listed(node.iterable))
        elif isinstance(node, Assign) and node.value is not None:
            for target in node.targets:
                assigned.setdefault(path_of(target), []).append(node.span)
    losses, others = _last_assignments(backpropagated, assigned)
    return Signs(frozenset(modules), frozenset(frozen), others, losses)


def _last_assignments(
    backpropagated: list[tuple[str, Span]], assigned: dict[str, list[Span]]
) -> tuple[frozenset[Span], frozenset[str]]:
    losses: set[Span] = set()
    others: set[str] = set()
    for path, place in backpropagated:
        before = [span for span in assigned.get(path, ()) if span < place]
        if before:
            losses.add(max(before))
        if not before or "." in path:
            others.add(path)
    return frozenset(losses), frozenset(others)


def _is_sign(call: Call, name: str) -> bool:
    if not is_sign(name):
        return False
    behaviour = facts.module_behaviour(name)
    positional = [a for a in call.arguments if a.keyword is None]
    if behaviour in GIVEN_NOTHING:
        return not positional
    if behaviour == "training":
        # `model.train(False)`; `booster.train(data)` is something else.
        return not call.arguments or (len(call.arguments) == 1 and _is_truth(call))
    return True


def _is_truth(call: Call) -> bool:
    (argument,) = call.arguments
    constant = isinstance(argument.value, Constant) and isinstance(argument.value.value, bool)
    return constant or argument.keyword == "mode"


def _is_given_false(call: Call) -> bool:
    return any(isinstance(a.value, Constant) and a.value.value is False for a in call.arguments)


def _freezes(loop: For) -> bool:
    for node in nodes_in(loop.body):
        if isinstance(node, Assign) and node.value is not None:
            named = any(isinstance(t, Attribute) and _is_flag(t.name) for t in node.targets)
            if named and not (isinstance(node.value, Constant) and node.value.value is True):
                return True
        elif isinstance(node, Call) and isinstance(node.function, Attribute):
            if facts.module_behaviour(node.function.name) == "sets-flags" and _is_given_false(node):
                return True
    return False


def _listed(iterable: Expression) -> Iterator[str]:
    """The modules whose parameters are gone through, and what they are inside of.

    Freezing a part (`model.encoder.parameters()`) leaves it open what of the whole requires grad.
    """
    for node in nodes_in(iterable):
        if isinstance(node, Call) and isinstance(node.function, Attribute):
            path = path_of(node.function.value)
            while path and path != "self":
                yield path
                path = path.rpartition(".")[0]


def _backpropagated(call: Call, function: Attribute) -> Iterator[str]:
    if function.name in methods_like("backward") and call.arguments:
        yield from _source(call.arguments[0].value)
    elif function.name in facts.tensor_methods("backward"):
        owner = path_of(function.value)
        if owner.rpartition(".")[2] in _BACKWARD_OF_ARGUMENT:
            for argument in call.arguments[:1]:
                yield from _source(argument.value)
        else:
            yield from _source(function.value)


def _source(node: Expression) -> Iterator[str]:
    """The path whose value has to require grad, so that `node` does."""
    path = path_of(node)
    if path and path != "self":
        yield path
    elif isinstance(node, Operator) and node.name == "/":
        yield from _source(node.operands[0])
    elif isinstance(node, Call) and isinstance(node.function, Attribute):
        if _is_passed_on(node.function.name):
            yield from _source(node.function.value)
        elif node.function.name in facts.methods_that_propagate("scaler") and node.arguments:
            yield from _source(node.arguments[0].value)  # `scaler.scale(loss).backward()`
