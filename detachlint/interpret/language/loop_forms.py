"""How loops are written that replace the items of a container (see `replacing`)."""

from __future__ import annotations

from typing import NamedTuple

from detachlint.ir.nodes import (
    Assign,
    AugmentedAssign,
    Block,
    Call,
    Expression,
    For,
    If,
    Jump,
    Name,
    Statement,
    Subscript,
    Target,
    Unpack,
    With,
)
from detachlint.ir.nodes import Attribute as AttributeNode
from detachlint.ir.walk import nodes_in, targets_in

COPIES = frozenset({"list", "tuple", "sorted"})
"""What gives the same keys once more, so that the dict may be changed meanwhile."""


class Turns(NamedTuple):
    """A loop whose variable `key` takes the place of each item of `owner`; by `position` in a list, or
    asking it for its items or keys, as only a mapping is (`asked`)."""

    owner: Name
    key: str
    position: bool
    asked: bool = False


def turns_of(node: For) -> Turns | None:
    """What a loop goes through whose variable takes the place of each item of it, one by one."""
    called = _called(node.iterable)
    iterable = node.iterable
    if isinstance(iterable, Call) and called in COPIES and len(iterable.arguments) == 1:
        iterable = iterable.arguments[0].value
        called = _called(iterable)
    target = node.target
    first = key_of(node)
    if not isinstance(first, Name):
        return None
    if isinstance(iterable, Name):
        return Turns(iterable, first.name, position=False) if first is target else None
    if not isinstance(iterable, Call):
        return None
    if isinstance(iterable.function, AttributeNode) and not iterable.arguments:
        owner = iterable.function.value
        shape = {"items": Unpack, "keys": Name}.get(iterable.function.name)
        if isinstance(owner, Name) and shape is not None and isinstance(target, shape):
            return Turns(owner, first.name, position=False, asked=True)
    if len(iterable.arguments) != 1:
        return None
    given = iterable.arguments[0].value
    if called == "range" and isinstance(given, Call) and _called(given) == "len":
        given = given.arguments[0].value if given.arguments else given
        called = "enumerate" if first is target else None
    elif first is target:
        return None
    is_owner = called == "enumerate" and isinstance(given, Name)
    return Turns(given, first.name, position=True) if is_owner else None  # type: ignore[arg-type]  # asked right before


def key_of(node: For) -> Target:
    """The first variable of a loop: what is a key or a position where it replaces items."""
    return node.target.targets[0] if isinstance(node.target, Unpack) else node.target


def stores_at_key(node: For) -> bool:
    """Whether a loop stores into anything at its own key."""
    key = key_of(node)
    stored: list[Target] = []
    for inner in nodes_in(node.body):
        if isinstance(inner, Assign):
            stored += inner.targets
        elif isinstance(inner, AugmentedAssign):
            stored.append(inner.target)
    return isinstance(key, Name) and any(
        isinstance(target, Subscript)
        and isinstance(target.index, Name)
        and target.index.name == key.name
        for target in stored
    )


def _called(node: Expression) -> str | None:
    if isinstance(node, Call) and isinstance(node.function, Name):
        return node.function.name
    return None


def each_turn_stores(block: Block, turns: Turns) -> bool:
    """Whether a block stores at the key on each way to its end."""
    return any(_stores(statement, turns) for statement in block)


def _stores(statement: Statement, turns: Turns) -> bool:
    match statement:
        case Assign(targets=targets, value=value):
            return value is not None and any(is_item(target, turns) for target in targets)
        case AugmentedAssign(target=target):
            return is_item(target, turns)
        case If(body=body, orelse=orelse):
            return each_turn_stores(body, turns) and each_turn_stores(orelse, turns)
        case With(body=body):
            return each_turn_stores(body, turns)
    return False


def is_item(node: object, turns: Turns) -> bool:
    """Whether it is the item of the container at the loop's own key."""
    return (
        isinstance(node, Subscript)
        and isinstance(node.value, Name)
        and node.value.name == turns.owner.name
        and isinstance(node.index, Name)
        and node.index.name == turns.key
    )


def only_so(body: Block, turns: Turns) -> bool:
    """Whether the body does nothing with the container but at the key, and leaves the key as it is."""
    items, owners = 0, 0
    for node in nodes_in(body):
        if isinstance(node, Name) and node.name == turns.owner.name:
            owners += 1
        items += is_item(node, turns)
        if isinstance(node, (Assign, For)):
            targets = node.targets if isinstance(node, Assign) else (node.target,)
            bound = (one for target in targets for one in targets_in(target))
            if any(isinstance(one, Name) and one.name == turns.key for one in bound):
                return False
    return 0 < items == owners


def skips(body: Block) -> bool:
    """Whether a turn may come to its end early."""
    return any(isinstance(node, Jump) and node.kind == "continue" for node in nodes_in(body))
