"""Rows, which are executed, against what PyTorch declares of its native functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

pytest.importorskip("torch")

from detachlint.harness.probe import declared, tables  # needs torch
from detachlint.harness.probe.declared import Declared
from detachlint.knowledge import facts
from detachlint.knowledge.model import CallFact, Result

same_version = pytest.mark.skipif(
    facts.CALLS.version != f"torch {tables.VERSION}",
    reason=f"the tables are about {facts.CALLS.version}",
)


def contradictions(fact: CallFact, said: tuple[Declared, ...]) -> Iterator[str]:
    """What a row says otherwise than all overloads that are declared."""
    for place, result in enumerate(fact.results):
        fitting = [one for one in said if len(one.differentiable) > place]
        can = any(one.differentiable[place] for one in fitting)
        explicitly = can and all(one.are_all_said for one in fitting)
        if result is Result.PROPAGATE and fitting and not can:
            yield f"{fact.name}: output {place} has no derivative"
        if (result is Result.NEVER and can) or (result is Result.INTEGER and explicitly):
            yield f"{fact.name}: output {place} has a derivative"
    for place in fact.ignored:
        if all(place not in one.without_derivative for one in said):
            yield f"{fact.name}: argument {place} has a derivative"


def declared_facts() -> list[tuple[CallFact, tuple[Declared, ...]]]:
    known = ((facts.call_fact(name), declared.declared(name)) for name in facts.CALLS.names())
    return [(fact, said) for fact, said in known if fact is not None and said]


@same_version
def test_rows_say_what_is_declared() -> None:
    both = declared_facts()
    assert len(both) > 500
    assert [text for fact, said in both for text in contradictions(fact, said)] == []


@same_version
@pytest.mark.parametrize(
    ("name", "wrong", "text"),
    [
        ("torch.exp", {"results": (Result.NEVER,)}, "output 0 has a derivative"),
        ("torch.eq", {"results": (Result.PROPAGATE,)}, "output 0 has no derivative"),
        ("torch.mul", {"ignored": (1,)}, "argument 1 has a derivative"),
        (
            "torch.lu_unpack",
            {"results": (Result.NEVER, Result.INTEGER, Result.PROPAGATE)},
            "output 1 has a derivative",
        ),
    ],
)
def test_a_row_that_is_wrong_is_found(
    name: str, wrong: dict[str, tuple[object, ...]], text: str
) -> None:
    fact = facts.call_fact(name)
    assert fact is not None
    changed = replace(fact, **wrong)  # type: ignore[arg-type]
    assert list(contradictions(changed, declared.declared(name))) == [f"{name}: {text}"]


def test_what_is_declared_is_read() -> None:
    text = """
- name: made.up(Tensor self, float[2] p=[0, 1], *, Tensor? weight=None) -> (Tensor, Tensor)
  self, weight: made_up_backward(grads[0], grads[1])

- name: plain(Tensor self, Tensor other) -> Tensor
  dispatch:
    Default:
      self: grad * 2
      other: non_differentiable

- name: said(Tensor self) -> (Tensor, Tensor)
  self: grad
  output_differentiability: [False, True]
"""
    assert list(declared._entries(text)) == [
        ("made", Declared((True, True), False, ())),
        ("plain", Declared((True,), False, (1,))),
        ("said", Declared((False, True), True, ())),
    ]
