"""Conditions over switches: whether they hold, and what to set for them to come out the other way."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from detachlint.interpret.switches.switch import Plain, Switch, Vague
from detachlint.interpret.switches.truth import to_be_turned, truth
from detachlint.ir.nodes import Evaluate, Expression, Name
from detachlint.ir.walk import nodes_in
from detachlint.lower import lower_module
from detachlint.source.span import Span

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning")  # `a is 'train'`

NAMES = ("a", "b", "c")
VALUES = st.sampled_from([True, False, 0, 1, 3, None, "", "train", "test"])
OPERATORS = ("==", "!=", "is", "is not", "<", "<=", ">", ">=")

values = st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES))
names = st.sampled_from(NAMES)
literals = VALUES.map(repr)
comparisons = st.builds("{} {} {}".format, names, st.sampled_from(OPERATORS), literals)
memberships = st.builds(
    "{} {} ({}, {})".format, names, st.sampled_from(["in", "not in"]), literals, literals
)
conditions = st.recursive(
    names | comparisons | memberships,
    lambda inner: (
        st.builds("not ({})".format, inner)
        | st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner)
    ),
    max_leaves=4,
)


def read_in(condition: str, given: dict[str, Plain]) -> tuple[Expression, dict[int, Switch]]:
    """A condition as code, and its names as switches that are set like this."""
    [statement] = lower_module(ast.parse(condition), "program.py").body
    assert isinstance(statement, Evaluate)
    nodes = [node for node in nodes_in(statement.value) if isinstance(node, Name)]
    places = {name: Span(number, 0, number, 1) for number, name in enumerate(NAMES, start=1)}
    switches = {
        name: Switch(places[name], name, value, (places[name],), True)
        for name, value in given.items()
    }
    return statement.value, {id(node): switches[node.name] for node in nodes}


def executed(condition: str, given: dict[str, Any]) -> bool | None:
    """Whether a condition holds; None if it cannot be evaluated."""
    try:
        return bool(eval(compile(condition, "condition", "eval"), {}, dict(given)))
    except TypeError:
        return None


@given(condition=conditions, given=values)
def test_conditions_hold_if_python_says_so(condition: str, given: dict[str, Plain]) -> None:
    expected = executed(condition, given)
    assume(expected is not None)
    assert truth(*read_in(condition, given)) is expected


@given(condition=conditions, given=values)
def test_what_is_turned_turns_the_condition(condition: str, given: dict[str, Plain]) -> None:
    test, read = read_in(condition, given)
    turned = to_be_turned(test, read)
    now = given | {one.switch.name: one.value for one in turned}
    assume(turned and Vague.SET not in now.values())
    others = {name: "something else" if v is Vague.OTHER else v for name, v in now.items()}
    before, after = executed(condition, given), executed(condition, others)
    assume(before is not None and after is not None)
    assert before is not after


@given(value=VALUES)
def test_a_lone_switch_can_always_be_turned(value: Plain) -> None:
    for condition in ("a", "not a"):
        assert to_be_turned(*read_in(condition, {"a": value, "b": None, "c": None}))


def test_what_is_asked_for_is_what_it_is_set_to() -> None:
    for condition, value, wanted in (
        ("a == 'test'", "train", "test"),
        ("a in ('test', 'demo')", "train", "test"),
        ("a > 1", 0, 2),
        ("a", None, Vague.SET),
        ("a is None", None, Vague.SET),
        ("a == 'train'", "train", Vague.OTHER),
        ("a", "train", ""),
        ("not a", True, False),
    ):
        test, read = read_in(condition, {"a": value, "b": None, "c": None})
        assert {one.value for one in to_be_turned(test, read)} == {wanted}, condition
