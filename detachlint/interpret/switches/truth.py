"""Whether conditions hold, as far as the switches tell that are read in them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from detachlint.interpret.switches.switch import Plain, Switch, Turned, Vague
from detachlint.ir.nodes import Constant, Display, Expression, Logical, Operator

_UNKNOWN: Any = object()

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "is": lambda left, right: left is right,
    "is not": lambda left, right: left is not right,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
}

_SAMENESS = ("==", "!=", "is", "is not")

Values = Mapping[int, Any]
"""What is read in a condition, by the `id` of the node that reads it."""


def truth(test: Expression, read: Mapping[int, Switch]) -> bool | None:
    """Whether a condition holds as the switches are set; None if they do not decide it."""
    return _truth(test, {node: switch.value for node, switch in read.items()})


Compared = Callable[[Switch], Sequence[str]]
"""The texts that a switch is compared with elsewhere."""


def to_be_turned(
    test: Expression, read: Mapping[int, Switch], compared: Compared = lambda switch: ()
) -> frozenset[Turned]:
    """What to set otherwise for the condition to come out the other way: as little as will do, and nothing
    if nothing does."""
    as_set = truth(test, read)
    several = dict.fromkeys(read.values())
    ways = [{s: other} for s in several for other in _others(s, test, compared)]
    ways.append({s: not s.value for s in several if isinstance(s.value, bool)})
    for way in ways:
        values = {node: way.get(switch, switch.value) for node, switch in read.items()}
        if _truth(test, values) is not as_set:
            return frozenset(Turned(switch, value) for switch, value in way.items())
    return frozenset()


def _others(switch: Switch, test: Expression, compared: Compared) -> Iterator[Plain | Vague]:
    """What a switch may be set to instead, as the condition suggests it, or others do."""
    value = switch.value
    here = list(compared_with(test))
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, (int, float)):
        yield 0 if value else 1
        numbers = [each for each in here if isinstance(each, (int, float))]
        yield from (each + step for each in numbers for step in (0, 1, -1))
    elif value is None:
        yield from (each for each in here if isinstance(each, str))
        yield Vague.SET
    else:
        yield from (each for each in here if isinstance(each, str))
        yield from compared(switch)
        yield Vague.OTHER
        yield ""


def compared_with(test: Any) -> Iterator[Any]:
    """The literals that a condition compares something with, in order."""
    match test:
        case Constant():
            yield test.value
        case Display(items=items):
            for item in items:
                yield from compared_with(item.value)
        case Operator(operands=operands) | Logical(operands=operands):
            for operand in operands:
                yield from compared_with(operand)


def _truth(test: Expression, values: Values) -> bool | None:
    value = _value(test, values)
    return None if value is _UNKNOWN else bool(value)


def _value(test: Any, values: Values) -> Any:
    """What a condition, or a part of it, is."""
    if id(test) in values:
        return values[id(test)]
    match test:
        case Constant():
            return test.value
        case Display(kind="tuple" | "list" | "set", items=items):
            inner = [_value(item.value, values) for item in items]
            return _UNKNOWN if _UNKNOWN in inner or Vague.SET in inner else inner
        case Operator(name="not", operands=(operand,)):
            value = _value(operand, values)
            return _UNKNOWN if value is _UNKNOWN else not value
        case Operator(name=name, operands=(left, right)) if name in _COMPARISONS:
            return _compared(name, _value(left, values), _value(right, values))
        case Logical():
            return _of_several(test, values)
    return _UNKNOWN


def _compared(name: str, left: Any, right: Any) -> Any:
    if left is _UNKNOWN or right is _UNKNOWN:
        return _UNKNOWN
    if Vague.SET in (left, right) and not (None in (left, right) and name in _SAMENESS):
        return _UNKNOWN
    try:
        return _COMPARISONS[name](left, right)
    except TypeError:
        return _UNKNOWN


def _of_several(test: Logical, values: Values) -> Any:
    """That of `a and b`, `a or b`: the first operand that decides it is enough."""
    decides = test.name == "or"
    result: Any = not decides
    for operand in test.operands:
        value = _truth(operand, values)
        if value is decides:
            return decides
        if value is None:
            result = _UNKNOWN
    return result
