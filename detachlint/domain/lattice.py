"""Finite lattices, written as data and checked when they are built."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

Element = TypeVar("Element", bound=Hashable)


class FiniteLattice(Generic[Element]):
    """A lattice given by its Hasse diagram.

    `edges` are pairs (lower, upper). Raises ValueError if the order they generate is cyclic or has
    no unique least upper bound for some pair, or no bottom or top: a wrong drawing cannot be built.
    """

    def __init__(self, edges: Iterable[tuple[Element, Element]]) -> None:
        pairs = list(edges)
        self.elements: tuple[Element, ...] = tuple(dict.fromkeys(e for pair in pairs for e in pair))
        self._above = {element: self._closure(element, pairs) for element in self.elements}
        for lower, upper in pairs:
            if lower in self._above[upper]:
                raise ValueError(f"cycle through {lower} and {upper}")
        self._join = {
            (left, right): self._least(self._above[left] & self._above[right], left, right)
            for left in self.elements
            for right in self.elements
        }
        everything = frozenset(self.elements)
        self.bottom = self._single(
            (e for e in self.elements if self._above[e] == everything), "bottom"
        )
        self.top = self._single((e for e in self.elements if self._above[e] == {e}), "top")

    def leq(self, lower: Element, upper: Element) -> bool:
        """Whether `lower` is below `upper` or equal to it."""
        return upper in self._above[lower]

    def join(self, left: Element, right: Element) -> Element:
        """The least upper bound."""
        return self._join[left, right]

    def _closure(self, start: Element, pairs: list[tuple[Element, Element]]) -> frozenset[Element]:
        reached = {start}
        pending = [start]
        while pending:
            current = pending.pop()
            for lower, upper in pairs:
                if lower == current and upper not in reached:
                    reached.add(upper)
                    pending.append(upper)
        return frozenset(reached)

    def _least(self, bounds: frozenset[Element], left: Element, right: Element) -> Element:
        least = [bound for bound in bounds if bounds <= self._above[bound]]
        return self._single(least, f"least upper bound of {left} and {right}")

    @staticmethod
    def _single(candidates: Iterable[Element], what: str) -> Element:
        found = list(candidates)
        if len(found) != 1:
            raise ValueError(f"no unique {what}: {found}")
        return found[0]
