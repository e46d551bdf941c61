"""Looking facts up by dotted name.

The tables are read at the first look-up, a row is parsed when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache

from detachlint.knowledge import rows
from detachlint.knowledge.dtype_facts import on_the_host, place_of_class
from detachlint.knowledge.gates import Gate, NumpyFact
from detachlint.knowledge.model import (
    SPECIAL_CASES,
    Aliasing,
    CallFact,
    ClassFact,
    FlagFact,
    GradMode,
    MethodFact,
    ModuleFact,
    Output,
    ParameterFact,
    Result,
)
from detachlint.knowledge.names import MODULE, TENSOR
from detachlint.knowledge.sink_facts import sink_fact
from detachlint.knowledge.table import Table
from detachlint.source.value_class import replace

__all__ = [
    "SPECIAL_CASES",
    "Aliasing",
    "CallFact",
    "ClassFact",
    "FlagFact",
    "Gate",
    "GradMode",
    "MethodFact",
    "ModuleFact",
    "NumpyFact",
    "Output",
    "ParameterFact",
    "Result",
    "call_fact",
    "canonical_name",
    "casts_and_moves",
    "class_fact",
    "class_kind",
    "classes_of_kind",
    "grad_mode",
    "has_methods_that_never_return",
    "hiding_flags",
    "is_tensor_method",
    "may_be_parameter",
    "methods_that_propagate",
    "module_behaviour",
    "module_fact",
    "module_method",
    "module_methods",
    "not_modelled",
    "numpy_fact",
    "raised_instead",
    "sink_fact",
    "tensor_attribute",
    "tensor_methods",
    "twin",
    "what_it_calls",
]

CALLS = Table("torch/calls.tsv")
MODULES = Table("torch/modules.tsv")
ACCELERATED = Table("torch/accelerated.tsv")
"""What autocast does on a GPU where that is something else than on a CPU."""
LEAVES = "leaves"
"""The word for what a CPU's autocast touches and a GPU's does not."""

CLASSES = Table("torch/classes.tsv")
NUMPY = Table("numpy/calls.tsv")
ALIASES = Table("torch/aliases.tsv")
TWINS = Table("numpy/twins.tsv")
NEVER_RETURN = Table("python/never_return.tsv")


@cache
def canonical_name(name: str) -> str:
    """The name under which facts about `name` are kept; `name` itself where there is no other.

    `torch.autograd.no_grad` gives `torch.no_grad`, `torch.nn.modules.linear.Linear` gives
    `torch.nn.Linear`: PyTorch's own aliases, most of them found by identity of the objects.
    """
    row = ALIASES.row(name)
    if row is not None:
        return row.partition("\t")[0]
    owner, _, attribute = name.rpartition(".")
    if not owner.startswith("torch."):
        return name
    # A method or member of something that has an alias: `torch.functional.Tensor.max`.
    return f"{canonical_name(owner)}.{attribute}"


def raised_instead(name: str) -> str | None:
    """The exception with which a callable always ends; None of one that returns."""
    return NEVER_RETURN.row(name)


@cache
def has_methods_that_never_return(cls: str) -> bool:
    """Whether some method of a library class never returns."""
    return any(name.rpartition(".")[0] == cls for name in NEVER_RETURN.names())


@cache
def call_fact(name: str) -> CallFact | None:
    """The fact about the callable `name`, or None where there is none (see `not_modelled`)."""
    name = canonical_name(name)
    row = _modelled(CALLS, name)
    if row is not None:
        return rows.parse_call(name, row, CALLS.version)
    on_host = on_the_host(name)
    same = None if on_host == name else call_fact(on_host)
    return same and replace(same, name=name, device=place_of_class(name))


AUTOCAST_EXECUTED_ON = ({"cpu"}, {"cuda"})
"""The devices whose autocast the tables tell of."""


def autocast_on(devices: frozenset[str], name: str, on_cpu: str) -> str:
    """What autocast for one of these does (see `TRAITS`) to a callable or module; `on_cpu`: on a CPU."""
    row = None if devices == {"cpu"} else ACCELERATED.row(canonical_name(name))
    if row is None:
        return on_cpu
    found = row.partition("\t")[0]
    return "" if found == LEAVES else found


def not_modelled(name: str) -> str:
    """Why the public callable `name` has no fact; `""` where it has one or is not known at all."""
    row = CALLS.row(canonical_name(name)) or NUMPY.row(name)
    return "" if row is None else rows.parse_reason(row)


@cache
def module_fact(name: str) -> ModuleFact | None:
    """The fact about a class of `torch.nn`, by any of its names."""
    name = canonical_name(name)
    row = _modelled(MODULES, name)
    return None if row is None else rows.parse_module(name, row, MODULES.version)


@cache
def may_be_parameter(name: str) -> bool:
    """Whether some class of `torch.nn` has a parameter of that name, or of such a family."""
    return any(
        name == known or (known.endswith("*") and fnmatchcase(name, known))
        for known in _parameters()
    )


@cache
def _parameters() -> frozenset[str]:
    """The names of the parameters of all modules, but for those of modules in them."""
    found = (module_fact(name) for name in MODULES.names())
    return frozenset(p.name for fact in found if fact for p in fact.parameters) - {"*"}


@cache
def class_fact(name: str) -> ClassFact | None:
    """The fact about a class outside `torch.nn`, by any of its names."""
    name = canonical_name(name)
    row = _modelled(CLASSES, name)
    return None if row is None else rows.parse_class(name, row, CLASSES.version)


@cache
def numpy_fact(name: str) -> NumpyFact | None:
    """The fact about a function of NumPy (`numpy.exp`) or a method or operator of its arrays.

    Operators are found as `numpy.ndarray.__add__` (`array + tensor`), `numpy.ndarray.__radd__`
    (`tensor + array`) and `numpy.generic.__add__` (NumPy scalar + tensor).
    """
    row = _modelled(NUMPY, name)
    return None if row is None else rows.parse_numpy(name, row, NUMPY.version)


def _modelled(table: Table, name: str) -> str | None:
    """The row of `name`, None where there is none, or where it says why it is not modelled."""
    row = table.row(name)
    return None if row is None or rows.parse_reason(row) else row


@cache
def twin(name: str) -> tuple[str, bool]:
    """PyTorch's function for what a function of NumPy does, and whether it takes a list of tensors.

    Where no row says otherwise, it has the same name. Nobody knows whether there is one: ask
    `call_fact`.
    """
    other, _, words = (TWINS.row(name) or "").partition("\t")
    return other or name.replace("numpy.", "torch.", 1), words == "list"


@cache
def class_kind(name: str) -> str:
    """What objects of the class `name` are (`ClassFact.kind`), or `""` where nothing says so."""
    fact = class_fact(name)
    return "" if fact is None else fact.kind


@cache
def classes_of_kind(kind: str) -> tuple[str, ...]:
    """The names of the classes that are of a kind (`ClassFact.kind`)."""
    return tuple(name for name in CLASSES.names() if class_kind(name) == kind)


@cache
def what_it_calls(name: str) -> str:
    """What `CallFact.calls` says of the callable `name`; `""` also where there is no fact."""
    fact = call_fact(name)
    return "" if fact is None else fact.calls


@cache
def hiding_flags() -> frozenset[str]:
    """The last names of what hands over wrappers that say of themselves that they require no grad."""
    hiding = (name for name in CALLS.names() if what_it_calls(name) == "wrapped")
    return frozenset(name.rpartition(".")[2] for name in hiding)


@cache
def grad_mode(name: str) -> GradMode | None:
    """How the class `name` changes the grad mode, or None where it does not."""
    fact = class_fact(name)
    return None if fact is None else _GRAD_MODES.get(fact.kind)


_GRAD_MODES = {mode.value: mode for mode in GradMode}


def module_method(name: str, classes: Iterable[str] = ()) -> MethodFact | None:
    """The fact about a method that modules of these classes of `torch.nn` have, or all modules."""
    for owner in (*classes, MODULE):
        fact = class_fact(owner)
        if fact is not None and fact.kind == "module" and name in fact.methods:
            return fact.methods[name]
    return None


@cache
def computing_method(cls: str, name: str) -> ModuleFact | None:
    """The fact about a class of modules as if one was called, where its method is: `m.log_prob(x)`."""
    module, own = module_fact(cls), class_fact(cls)
    method = own.methods.get(name) if own is not None and cls != MODULE else None
    if module is None or method is None or method.behaviour:
        return None
    if method.aliasing is not Aliasing.FRESH or method.result is Result.PYTHON:
        return None
    return replace(module, output=Output(method.result), in_place_flag="")


@cache
def is_computed_when_made(cls: str, name: str) -> bool:
    """Whether an attribute of a class is computed of what the constructor was given, under that name
    perhaps: `Categorical(logits=t).logits` is normalized.
    """
    fact = class_fact(cls)
    method = fact.methods.get(name) if fact is not None else None
    return method is not None and method.attribute and bool(method.lost)


@cache
def computes_when_made(cls: str) -> bool:
    """Whether objects of a class compute something when they are made, on which flags depend later."""
    fact = class_fact(cls)
    return fact is not None and any(method.lost for method in fact.methods.values())


@cache
def module_behaviour(name: str) -> str:
    """What the method `name` of modules does (`MethodFact.behaviour`); `""` if that is not known."""
    fact = module_method(name)
    return "" if fact is None else fact.behaviour


@cache
def module_methods(*behaviours: str) -> frozenset[str]:
    """The names of the methods of modules that do one of these."""
    fact = class_fact(MODULE)
    methods = fact.methods.values() if fact is not None else ()
    return frozenset(method.name for method in methods if method.behaviour in behaviours)


@cache
def tensor_methods(special: str) -> frozenset[str]:
    """The names of the methods of tensors that are this odd case."""
    prefix = f"{TENSOR}."
    return frozenset(
        name.removeprefix(prefix)
        for name in CALLS.names()
        if name.startswith(prefix) and f" special={special}" in (CALLS.row(name) or "")
    )


@cache
def methods_that_propagate(kind: str) -> frozenset[str]:
    """The names of the methods of all classes of a kind whose results propagate."""
    classes = map(class_fact, classes_of_kind(kind))
    methods = (method for fact in classes if fact is not None for method in fact.methods.values())
    return frozenset(method.name for method in methods if method.result is Result.PROPAGATE)


@cache
def casts_and_moves() -> frozenset[str]:
    """The methods that tensors and modules have alike, which change dtype or device."""
    fact = class_fact(MODULE)
    methods = fact.methods.values() if fact is not None else ()
    return frozenset(
        method.name
        for method in methods
        if method.behaviour.partition("-")[0] in ("casts", "moves")
        and is_tensor_method(method.name)
    )


def tensor_attribute(name: str) -> CallFact | None:
    """The fact about reading the attribute `name` of a tensor (`T`, `data`, `shape`, …)."""
    fact = call_fact(f"torch.Tensor.{name}")
    return fact if fact is not None and fact.attribute else None


def is_tensor_method(name: str) -> bool:
    """Whether tensors have a method `name` (modelled or not)."""
    row = CALLS.row(f"torch.Tensor.{name}")
    return row is not None and not rows.is_attribute(row)
