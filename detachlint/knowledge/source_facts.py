"""Facts about libraries around PyTorch: where modules and tensors come from, and what runs without grad.

A row is `pattern⇥words⇥evidence`. The words are those in which users state facts of their own
(`detachlint.knowledge.own`). In a pattern, `*` stands for any part of one name and `**` for any
number of names: `transformers.AutoModel*.from_pretrained`, `**.LightningModule.validation_step`. Of
several rows the one without stars counts, then the first. `lightning.pytorch.**⇥= pytorch_lightning.**`
says that everything there is found elsewhere; `= torch.nn.Module`, that a class is a module without
parameters of its own; `= torch.reshape`, that a function does the same as one of PyTorch.

The evidence is the version that a test executes the row with, or the documentation it was read in;
what was only read is never the reason for a certain finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from detachlint.knowledge.facts import call_fact
from detachlint.knowledge.own import OwnFact, OwnResult, fact_in_words
from detachlint.knowledge.rows import MalformedRow
from detachlint.knowledge.table import Table
from detachlint.source.value_class import value_class

EXECUTED = Table("sources/executed.tsv")
READ = Table("sources/read.tsv")
STARS = Table("sources/stars.tsv")
"""What `from module import *` gives that the module has from elsewhere: `module.name⇥what it is⇥evidence`."""

_ANYWHERE = "**"


@value_class(frozen=True, slots=True)
class SourceFact:
    """What is known about a call of what a library has, or of a method in classes derived from its."""

    stated: OwnFact
    evidence: str
    executed: bool
    """Whether a test executes the row; what was only read may be wrong."""

    @property
    def certain(self) -> bool:
        """Whether what it names was executed itself: of a pattern, only an example was."""
        return self.executed and "*" not in self.stated.name


@cache
def source_fact(name: str) -> SourceFact | None:
    """The fact about a function, class or method (`class.method`), by its canonical name."""
    return _look_up(name, follow=True)


BARE_MODULE = "torch.nn.Module"


def is_module_source(name: str) -> bool:
    """Whether a class of this name is a `torch.nn.Module`."""
    fact = source_fact(name)
    return fact is not None and (
        fact.stated.result is OwnResult.MODULE or fact.stated.same_as == BARE_MODULE
    )


def is_bare_module(name: str) -> bool:
    """Whether it is a module without parameters of its own, there to be derived from."""
    fact = source_fact(name)
    return fact is not None and fact.stated.same_as == BARE_MODULE


def is_true(name: str) -> bool:
    """Whether a function of this name, whoever defines it, asks for what is there wherever there are
    tensors: `is_torch_available()`."""
    return name in _always_true()


@cache
def _always_true() -> frozenset[str]:
    rows = ((name, row.partition("\t")[0]) for name, row, _ in all_rows())
    true = (name for name, words in rows if words == OwnResult.TRUE.value)
    return frozenset(name.removeprefix(f"{_ANYWHERE}.") for name in true)


@cache
def methods_like(special: str) -> frozenset[str]:
    """The last names of what does the same as some function of PyTorch that is this odd case."""
    same = ((name, row[2:].partition("\t")[0]) for name, row, _ in all_rows() if row[:2] == "= ")
    known = ((name, call_fact(other)) for name, other in same)
    return frozenset(
        name.rpartition(".")[2] for name, fact in known if fact and fact.special == special
    )


@cache
def given_by_star(module: str) -> tuple[str, ...]:
    """The names that `from module import *` gives and that the module has from elsewhere."""
    last = [name.rpartition(".")[2] for name in STARS.names()]
    return tuple(name for name in dict.fromkeys(last) if from_elsewhere(f"{module}.{name}"))


@cache
def from_elsewhere(name: str) -> str | None:
    """What a name really is that `from module import *` gave (`module.name`); None if it is not known."""
    row = STARS.row(name)
    if row is None:
        patterns = _patterns(STARS, name.partition(".")[0])
        row = next((STARS.row(key) for key, one in patterns if one.fullmatch(name)), None)
    return None if row is None else row.partition("\t")[0]


def _look_up(name: str, *, follow: bool) -> SourceFact | None:
    for table, executed in ((EXECUTED, True), (READ, False)):
        row = table.row(name)
        if row is not None:
            return parse_source(name, row, executed)
    root = name.partition(".")[0]
    for table, executed in ((EXECUTED, True), (READ, False)):
        for pattern, matcher in (*_patterns(table, root), *_patterns(table, _ANYWHERE)):
            found = matcher.fullmatch(name)
            row = table.row(pattern) if found is not None else None
            if row is None or found is None:
                continue
            if not row.startswith("= ") or _ANYWHERE not in row:
                return parse_source(pattern, row, executed)
            if follow:
                elsewhere = row[2:].partition("\t")[0].replace(_ANYWHERE, found[1])
                return _look_up(elsewhere, follow=False)
    return None


@cache
def _patterns(table: Table, root: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The patterns of a library, in the order of the table."""
    return tuple(
        (name, re.compile(expression(name)))
        for name in table.names()
        if "*" in name and name.partition(".")[0] == root
    )


def expression(pattern: str) -> str:
    """The regular expression of a pattern. A `**` at the end is its only group."""
    parts = [
        r"(?:[^.]+\.)*" if part == _ANYWHERE else re.escape(part).replace(r"\*", "[^.]*") + r"\."
        for part in pattern.split(".")
    ]
    if pattern.endswith(_ANYWHERE):
        parts[-1] = "(.+)"
    return "".join(parts).removesuffix(r"\.")


def parse_source(name: str, row: str, executed: bool) -> SourceFact:
    """The fact in `row`; raises `MalformedRow` for one that is not written as rows are."""
    words, _, evidence = row.partition("\t")
    if not evidence or "\t" in evidence:
        raise MalformedRow(f"{name}: not two cells behind the name")
    if words.startswith("= "):
        return SourceFact(OwnFact(name, same_as=words[2:]), evidence, executed)
    try:
        return SourceFact(fact_in_words(name, words), evidence, executed)
    except ValueError as error:
        raise MalformedRow(f"{name}: {error}") from None


def all_rows() -> Iterator[tuple[str, str, bool]]:
    """Every row: its pattern, its other cells, and whether it is executed."""
    for table, executed in ((EXECUTED, True), (READ, False)):
        for name in table.names():
            yield name, table.row(name) or "", executed
