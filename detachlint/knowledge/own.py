"""Facts that users state about their own code and libraries, in their configuration.

`"mylib.to_numpy" = "array"`: a dotted name, and what a call of it does, in words of `WORDS` or as the
name of something that does the same (`"mylib.inference" = "torch.no_grad"`). Nothing is executed to
check them: what is stated is believed, and not looked for in the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from enum import Enum
from pathlib import Path

from detachlint.source.value_class import value_class

_DOTTED = r"[^\W\d]\w*(?:\.[^\W\d]\w*)+"
_CONVERTING_METHODS = ("numpy", "__array__")


class OwnResult(Enum):
    """What a call gives."""

    ARRAY = "array"
    """An array (or what else is no tensor), without an error: it detaches before it converts."""
    PROPAGATE = "propagate"
    """A tensor that requires grad iff grad mode is on and some argument does, or a parameter of a
    module among them, or what a function gives that it calls (`CALLS`)."""
    NEVER = "never"
    """A tensor that does not require grad."""
    REQUIRES_GRAD = "requires-grad"
    """A tensor that requires grad, whatever the grad mode."""
    MODULE = "module"
    """A module with trainable parameters."""
    PART = "part"
    """An attribute rather than a call: a part of a module, which is one with trainable parameters."""
    ARGUMENT = "argument"
    """What it was given: its first argument, or a tuple of several."""
    DATA = "data"
    """Something that may hold tensors, none of which requires grad: a dataset, a dict of arrays."""
    OBJECT = "object"
    """Neither tensor nor module, and no call of it gives a tensor that requires grad: a tokenizer."""
    ITERATES = "iterates"
    """An object that gives what its first argument gives, one by one; of a number, the numbers up to
    it: a progress bar."""
    TRUE = "true"
    """True: it asks whether something is there that is, wherever there are tensors, such as PyTorch."""


WITHOUT_GRAD = "no-grad"
"""The function, or a method of this name in classes derived from that class, runs with grad mode off."""

TO_THE_CPU = "to-the-cpu"
"""The module that it is given is on the CPU afterwards, wherever it was before."""

CALLS, PARAMETERS = "calls=", "parameters="
"""`calls=t,y parameters=function,y,t`: it has these parameters, and calls the first of them with those
of the arguments, in the grad mode at hand."""

_BESIDE_RESULT = (WITHOUT_GRAD, TO_THE_CPU)
WORDS = (*(result.value for result in OwnResult), *_BESIDE_RESULT)


@value_class(frozen=True, slots=True)
class OwnFact:
    """One statement. `same_as` is the name of something known, or `""`.

    `calls` are the names of the `parameters` that the first of them is called with, a function.
    """

    name: str
    result: OwnResult | None = None
    without_grad: bool = False
    to_the_cpu: bool = False
    same_as: str = ""
    calls: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that states it."""
        words = [self.result.value] if self.result is not None else []
        words += [WITHOUT_GRAD] if self.without_grad else []
        words += [TO_THE_CPU] if self.to_the_cpu else []
        if self.calls:
            words += [CALLS + ",".join(self.calls), PARAMETERS + ",".join(self.parameters)]
        return self.same_as or " ".join(words)

    @property
    def converts(self) -> bool:
        """Whether a call may be a crossing: it does the same as something that is no PyTorch, or
        as a method that converts."""
        of_torch = self.same_as.startswith("torch.")
        last = self.same_as.rpartition(".")[2]
        return bool(self.same_as) and (not of_torch or last in _CONVERTING_METHODS)


@value_class(frozen=True, slots=True)
class OwnFacts:
    """All statements, by name."""

    stated: tuple[OwnFact, ...] = ()
    _by_name: Mapping[str, OwnFact] = field(init=False, repr=False, compare=False)
    _last_parts: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the statements."""
        object.__setattr__(self, "_by_name", {fact.name: fact for fact in self.stated})
        last = frozenset(fact.name.rpartition(".")[2] for fact in self.stated)
        object.__setattr__(self, "_last_parts", last)

    def get(self, name: str) -> OwnFact | None:
        """What is stated about a dotted name."""
        return self._by_name.get(name)

    def known_as(self, name: str) -> str:
        """The name under which the interpreter knows what has this name: what it does the same as."""
        fact = self._by_name.get(name)
        return fact.same_as if fact is not None and fact.same_as else name

    def of_path(self, dotted: str) -> OwnFact | None:
        """What is stated about something whose dotted name begins further out than it need:
        `home.project.src.mylib.utils.to_numpy`."""
        if dotted.rpartition(".")[2] not in self._last_parts:
            return None
        for fact in self.stated:
            if dotted == fact.name or dotted.endswith(f".{fact.name}"):
                return fact
        return None

    def of_definition(self, file: str, qualified_name: str) -> OwnFact | None:
        """What is stated about a function, by the file that defines it and its name there."""
        if qualified_name.rpartition(".")[2] not in self._last_parts:
            return None
        return self.of_path(f"{module_path(file)}.{qualified_name}")

    @property
    def crossing_words(self) -> frozenset[str]:
        """The last parts of the names of what may be a crossing."""
        return frozenset(f.name.rpartition(".")[2] for f in self.stated if f.converts)

    def may_cross(self, text: str) -> bool:
        """Whether a text may hold a crossing because of them."""
        return bool(self.stated) and any(word in text for word in self.crossing_words)


NO_OWN_FACTS = OwnFacts()


def merged(several: Iterable[OwnFacts]) -> OwnFacts:
    """All that is stated in several places. Of contradictory statements, the last one by its text."""
    distinct = set(several)
    if len(distinct) <= 1:
        return distinct.pop() if distinct else NO_OWN_FACTS
    facts = {fact.name: fact for fact in sorted(_all(distinct), key=lambda f: (f.name, f.text))}
    return OwnFacts(tuple(facts.values()))


def _all(several: Iterable[OwnFacts]) -> Iterator[OwnFact]:
    for one in several:
        yield from one.stated


def module_path(file: str, levels: int = 0) -> str:
    """The folders of a file (`levels` up from it) and itself, as a dotted name from the root on."""
    path = Path(file).absolute().with_suffix("")
    parts = path.parts[1:]
    if parts[-1:] == ("__init__",):
        parts = parts[:-1] if not levels else parts
    return ".".join(parts[: len(parts) - levels])


def parse_own_fact(name: str, text: str) -> OwnFact:
    """The fact that a text states about a name. Raises `ValueError`, saying what is wrong."""
    if not re.fullmatch(_DOTTED, name):
        raise ValueError("the name has to be a dotted one, such as 'mylib.to_numpy'")
    if re.fullmatch(_DOTTED, text.strip()):
        return OwnFact(name, same_as=_known(text.strip()))
    return fact_in_words(name, text)


def fact_in_words(name: str, text: str) -> OwnFact:
    """The fact that some of `WORDS` state. Raises `ValueError`, saying what is wrong."""
    words, calls, parameters = _about_calls(text.split())
    wrong = [word for word in words if word not in WORDS]
    if wrong or not words:
        described = repr(wrong[0]) if wrong else "an empty text"
        known = ", ".join(WORDS)
        raise ValueError(f"{described} is neither a dotted name nor one of {known}")
    results = [OwnResult(word) for word in words if word not in _BESIDE_RESULT]
    if len(results) > 1:
        raise ValueError(f"{results[0].value!r} and {results[1].value!r} exclude each other")
    result = results[0] if results else None
    without_grad, to_the_cpu = (word in words for word in _BESIDE_RESULT)
    return OwnFact(name, result, without_grad, to_the_cpu, calls=calls, parameters=parameters)


def _about_calls(words: list[str]) -> tuple[list[str], tuple[str, ...], tuple[str, ...]]:
    """The other words, what is handed on to a function, and the parameters. Raises `ValueError`."""
    said = [word for word in words if word.startswith((CALLS, PARAMETERS))]
    others = [word for word in words if word not in said]
    if not said:
        return others, (), ()
    told = dict(word.split("=", 1) for word in said)
    calls, parameters = (tuple(told.get(key[:-1], "").split(",")) for key in (CALLS, PARAMETERS))
    if len(said) != 2 or not set(calls) <= set(parameters[1:]) or "" in parameters:
        raise ValueError(
            f"{CALLS!r} has to name some of {PARAMETERS!r}, but not the first of these"
        )
    return others, calls, parameters


def _known(name: str) -> str:
    """The name, if it is not one of PyTorch or NumPy that nothing is known about."""
    # Imported late: the tables are read only where a name is stated.
    from detachlint.knowledge import facts

    library = name.partition(".")[0]
    if library == "numpy" and facts.numpy_fact(name) is None:
        raise ValueError(f"nothing is known about {name!r}")
    if library == "torch":
        known = facts.call_fact(name) or facts.module_fact(name) or facts.class_fact(name)
        if known is None and name.rpartition(".")[2] not in _CONVERTING_METHODS:
            raise ValueError(f"nothing is known about {name!r}")
    return name
