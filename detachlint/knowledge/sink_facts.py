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
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from detachlint.knowledge.gates import Gate
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
        """Either's, the other's first."""
        mine = (self.tensor, self.items, self.number, self.entry, self.result)
        theirs = (other.tensor, other.items, other.number, other.entry, other.result)
        return SinkGates(*(b if b is not None else a for a, b in zip(mine, theirs, strict=True)))  # type: ignore[arg-type]  # field by field


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
    found = (gates.tensor, gates.items, gates.number)
    return "/".join("" if gate is None else gate.value for gate in found).rstrip("/")
