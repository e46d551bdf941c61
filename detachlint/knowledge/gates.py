"""The vocabulary of facts about NumPy: by which gate a function gets at the tensors it is handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from detachlint.source.value_class import value_class


class Gate(Enum):
    """By which way a NumPy function gets at the values of a tensor it is handed."""

    CONVERTS = "converts"
    """`__array__`: raises RuntimeError iff the tensor requires grad and grad mode is on."""
    UNFIT = "unfit"
    """The same, but a tensor that does not require grad is refused there as well: it takes no floats, say."""
    ARRAYS = "arrays"
    """The same, but every tensor is refused there, and an array of its values is taken: the tensor is looked
    at as an array, and then used as what it is."""
    VARIES = "varies"
    """Some calls convert, and others refuse every tensor (`arrays`, `rejects`): one that requires grad fails
    in all of them, an array of its values in none."""
    SOMETIMES = "sometimes"
    """Of tensors without dimensions: some calls convert, and others keep it as it is."""
    SCALAR = "scalar"
    """`__float__`, `__int__`, `__bool__`, …: works for one element, the gradient is dropped."""
    DELEGATES = "delegates"
    """The tensor's own method or operator: a tensor comes out, the graph is kept."""
    REJECTS = "rejects"
    """Raises something else, whether or not the tensor requires grad."""
    SWALLOWS = "swallows"
    """`__array__` raises, but the function hides that and answers wrongly (`array_equal`)."""
    EXPORTS = "exports"
    """DLPack: raises BufferError iff the tensor requires grad, in whatever grad mode."""
    DEFERRED = "deferred"
    """Keeps the tensor and converts it later, when it is drawn: raises there, not here."""
    KEEPS = "keeps"
    """Does not look at the values (`np.shape`), or stores the tensor as an object."""


CONVERTING = frozenset({Gate.CONVERTS, Gate.UNFIT, Gate.ARRAYS, Gate.VARIES})
"""The gates by which a tensor that requires grad fails in `__array__`."""

REFUSING = frozenset({Gate.ARRAYS, Gate.REJECTS})
"""The gates that open for no tensor."""

OPEN = frozenset({Gate.KEEPS, Gate.SCALAR, Gate.SWALLOWS, Gate.DEFERRED})
"""The gates by which a tensor that requires grad does not fail there and then."""

WANTING_ARRAYS = REFUSING | {Gate.VARIES}
"""The gates behind which an array of the values is wanted, where a detached tensor will not do."""

WANTING_DIMENSIONS = frozenset({"numpy.concat", "numpy.concatenate", "numpy.ma.concatenate"})
"""The functions that refuse a list of numbers (executed): each item has to have a dimension."""

SIZE = "size"
"""The name of the argument that asks for a shape, and of the rule that the rank is as it says."""

RANKS: Mapping[str, str] = {
    "1": "one",
    "0+": "any number, but it is an array",
    "1+": "one or more",
    "2+": "two or more",
    "same": "as many as argument 0, an array that has any",
    "scalar": "none, where it is called with argument 0 alone",
    "shape": "as its first argument says, the shape",
    "counts": "as many as there are numbers, the shape",
    "contents": "as many as lists are nested in its first argument",
    SIZE: "as its argument `size` says, the shape; none without it, where it is given numbers",
    "each": "one or more each of several",
    "each alone": "the same where it is called with arrays and numbers alone",
    "any": "any number, of an array that may be masked or a matrix",
}
"""The values of `NumpyFact.rank`, executed with arrays of rank 0 to 3."""


@value_class(frozen=True, slots=True)
class Otherwise:
    """Another gate that an argument meets in some of the calls."""

    gate: Gate
    position: int | None = None
    """The argument that decides; None where nobody knows which."""
    value: str = ""
    """What that argument is then: a whole number, `NUMBER` for any number, `""` where all that
    matters is that it is given."""


NUMBER = "number"
"""What `Otherwise.value` calls any number of Python's."""


@value_class(frozen=True, slots=True)
class NumpyFact:
    """What a function of NumPy, or a method or operator of `numpy.ndarray`, does to tensors.

    Keys of `gates` are argument positions (of methods: 0 is the array), marked by what is there:
    `"0"` a tensor with dimensions, `"0s"` one without, `"0[]"` a list of tensors without
    dimensions.
    """

    name: str
    gates: Mapping[str, Gate]
    parameters: tuple[str, ...]
    """The names of the parameters by position, where Python knows them; `"*"` and `"**"` as such."""
    gives: str
    """What comes out when a tensor that does not require grad goes in at the first of the gates
    that accepts one: `"array"`, `"scalar"` (of NumPy), `"tensor"`, `"integers"` (a tensor of them),
    `"number"` (of Python), `"python"`, `"several"`, `"attribute"` of what is read, the name of a
    class of NumPy whose methods have rows, or `""` where none does."""
    rank: str
    """How many dimensions the result has: see `RANKS`; after a `/` what holds in any case; `""`
    where nothing is known. Executed with argument 0 alone, where that is allowed."""
    evidence: str
    otherwise: Mapping[str, Otherwise] = field(default_factory=dict)
    """By the same keys: the gates of calls in which it is not the usual one."""

    def gate(self, position: int, mark: str = "") -> Gate | None:
        """The gate of an argument; `mark` is `""`, `"s"` or `"[]"`."""
        return self.gates.get(f"{position}{mark}")

    def position(self, keyword: str) -> int | None:
        """Which argument the keyword gives; with `**` in the signature, one like the last."""
        after = self._star() + 1 if "*" in self.parameters else None
        if keyword in self.parameters[:after]:
            return self.parameters.index(keyword)
        if keyword in self.parameters or "**" not in self.parameters:
            return None  # keywords alone give what is behind the `*`
        return max((at for at in self._positions() if at >= (after or 1) - 1), default=None)

    def known_position(self, position: int) -> int:
        """The argument whose gates hold for one: behind a `*`, the last before it that has any."""
        if "*" not in self.parameters:
            return position
        like_it = (at for at in self._positions() if self._star() <= at <= position)
        return max(like_it, default=position)

    def _star(self) -> int:
        return self.parameters.index("*")

    def _positions(self) -> set[int]:
        """The arguments that have gates."""
        return {int(key.rstrip("s[]")) for key in self.gates}
