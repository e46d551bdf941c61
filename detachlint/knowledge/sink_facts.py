"""Facts about libraries other than NumPy that make arrays of what they are handed.

A row is `name⇥gates⇥gives⇥evidence`. A gate is `keys=tensor/list/number`: which argument (`0:x`, by
position and name; `*`: any position not named, `**`: any name), and what happens to a tensor there,
to a list of tensors, and to a tensor without dimensions where that is something else; what is left
out is not known. `0:x{}` is about what lies in a dict that is given there, `0:x()` about what a
function gives that is given there. `gives` names the class of the result, so that its methods are
found: a class, `self`, `[class]` for a list, `{class}` for a dict, `(a,b)` for a tuple; `halves` for
two parts of each argument, `picked` for one of each; or what `NumpyFact.gives` says.

`package.*⇥= other.*` says that everything not named there is found elsewhere; `package.*.method`
stands for that method of any class of the package.

A gate is what holds of all calls of the callable that were executed: `varies` where some of them take a
tensor without its gradient, and some do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from detachlint.knowledge.gates import CONVERTING, OPEN, REFUSING, Gate
from detachlint.knowledge.rows import MalformedRow
from detachlint.knowledge.table import Table
from detachlint.source.value_class import value_class

EXECUTED = Table("sinks/executed.tsv")
READ = Table("sinks/read.tsv")

ENTRY, RESULT = "{}", "()"
"""Behind the keys of an argument: what is said of the values of a dict there, of what a function gives."""

_GATES = {gate.value: gate for gate in Gate}


@value_class(frozen=True, slots=True)
class SinkGates:
    """What happens to a tensor and to a list of tensors; None: not known."""

    tensor: Gate | None = None
    items: Gate | None = None
    number: Gate | None = None
    """What happens to a tensor without dimensions; None: what happens to any other."""
    entry: SinkGates | None = None
    """What happens to the values of a dict."""
    result: SinkGates | None = None
    """What happens to what a function gives."""

    def __or__(self, other: SinkGates) -> SinkGates:
        """What holds of the calls of both, the other's first."""
        return SinkGates(
            _of_both(self.tensor, other.tensor),
            _of_both(self.items, other.items),
            _number_of_both(self.number, other.number),
            other.entry if other.entry is not None else self.entry,
            other.result if other.result is not None else self.result,
        )


def _of_both(one: Gate | None, other: Gate | None) -> Gate | None:
    """The gate of calls of which some meet the one and some the other, the other where they tell nothing.

    A tensor that is converted by some and refused by the rest fails in all as long as it requires
    grad, and in some when it does not.
    """
    met = {one, other}
    if not met <= _FAIL or len(met) == 1:
        return one if other is None else other
    if Gate.UNFIT in met:
        return Gate.UNFIT
    return Gate.ARRAYS if met == REFUSING else Gate.VARIES


def _number_of_both(one: Gate | None, other: Gate | None) -> Gate | None:
    met = {one, other}
    if Gate.SOMETIMES in met or (Gate.CONVERTS in met and met & OPEN):
        return Gate.SOMETIMES
    return _of_both(one, other)


_FAIL = CONVERTING | REFUSING
"""By which a tensor that requires grad fails."""


@value_class(frozen=True, slots=True)
class SinkFact:
    """What a function or method of a library does to tensors; see the module's docstring."""

    name: str
    gates: Mapping[str, SinkGates]
    gives: str
    evidence: str
    executed: bool
    """Whether a test executes the row; what was only read may be wrong."""

    def at(self, position: int) -> SinkGates | None:
        """The gates of a positional argument."""
        for keys, gates in self.gates.items():
            if str(position) in keys.split(":"):
                return gates
        return self.gates.get("*")

    def named(self, keyword: str) -> SinkGates | None:
        """The gates of a keyword argument."""
        for keys, gates in self.gates.items():
            if keyword in keys.split(":"):
                return gates
        return self.gates.get("**")


@cache
def sink_fact(name: str) -> SinkFact | None:
    """The fact about a function, or about a method as `class.method`, by its canonical name."""
    for candidate in _candidates(name):
        for table, executed in ((EXECUTED, True), (READ, False)):
            row = table.row(candidate)
            if row is None:
                continue
            if row.startswith("= "):
                return sink_fact(_elsewhere(row[2:], name))
            return parse_sink(candidate, row, executed, table.version)
    return None


@cache
def libraries() -> frozenset[str]:
    """The libraries that there are facts about."""
    names = (*EXECUTED.names(), *READ.names())
    return frozenset(name.partition(".")[0] for name in names)


def _candidates(name: str) -> list[str]:
    """The names under which a row may stand, the closest first."""
    package, _, last = name.rpartition(".")
    root = name.partition(".")[0]
    return [name, f"{root}.*.{last}", f"{package}.*"]


def _elsewhere(target: str, name: str) -> str:
    return target.removesuffix("*") + name.rpartition(".")[2] if target.endswith("*") else target


def parse_sink(name: str, row: str, executed: bool, version: str = "") -> SinkFact:
    """The fact in `row`; raises `MalformedRow` for one that is not written as rows are."""
    cells = row.split("\t")
    if len(cells) != 3:
        raise MalformedRow(f"{name}: not three cells behind the name")
    gates: dict[str, SinkGates] = {}
    for word in cells[0].split():
        keys, equals, values = word.partition("=")
        tensor, items, number, *more = [_GATES.get(v) for v in (*values.split("/"), "", "")]
        names = [value for value in values.split("/") if value and value not in _GATES]
        if not equals or not values or names or len(more) > 2:
            raise MalformedRow(f"{name}: no such gate: {word!r}")
        mark = keys[-2:] if keys.endswith((ENTRY, RESULT)) else ""
        keys = keys.removesuffix(mark)
        said = marked(mark, SinkGates(tensor, items, number))
        gates[keys] = gates.get(keys, SinkGates()) | said
    return SinkFact(name, gates, cells[1], cells[2], executed)


def marked(mark: str, gates: SinkGates) -> SinkGates:
    """The gates of an argument, from what is said with this mark behind its keys."""
    if mark == ENTRY:
        return SinkGates(entry=gates)
    return SinkGates(result=gates) if mark == RESULT else gates


def format_gates(gates: Mapping[str, SinkGates]) -> str:
    """The cell that `parse_sink` reads back."""
    words = []
    for keys, gate in gates.items():
        for one, mark in ((gate, ""), (gate.entry, ENTRY), (gate.result, RESULT)):
            if one is not None and (values := _values(one)):
                words.append(f"{keys}{mark}={values}")
    return " ".join(words)


def _values(gates: SinkGates) -> str:
    # A number meets the gate of any tensor where nothing else is said.
    number = None if gates.number is gates.tensor else gates.number
    found = (gates.tensor, gates.items, number)
    return "/".join("" if gate is None else gate.value for gate in found).rstrip("/")
