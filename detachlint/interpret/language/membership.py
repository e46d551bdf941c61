"""isinstance and its relatives, three-valued."""

from __future__ import annotations

import builtins
from collections import Counter, OrderedDict, defaultdict, deque
from typing import TYPE_CHECKING

from detachlint.domain.belief import MAYBE, NO
from detachlint.domain.objects import (
    Array,
    Class,
    Function,
    HeapObject,
    Instance,
    Kind,
    Mapping,
    Sequence,
    Tensor,
    Unknown,
    View,
)
from detachlint.domain.rank import Rank
from detachlint.domain.traits import UNSEEN, Dtype, Family
from detachlint.domain.values import (
    NONE,
    Address,
    Atom,
    Library,
    Literal,
    Value,
    in_order,
    literal,
    value_of,
)
from detachlint.interpret.engine.state import State
from detachlint.interpret.language import enumerations
from detachlint.interpret.language.lookup import (
    find_in_class,
    is_module,
    library_bases,
    linear_order,
)
from detachlint.knowledge import facts
from detachlint.knowledge.class_facts import is_derived
from detachlint.knowledge.definitions import is_definition
from detachlint.knowledge.names import ARRAY, ARRAY_CLASSES, MODULE, MORE_THAN_A_TUPLE, TENSOR
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

HASATTR = "hasattr"
"""The question whether an object has an attribute: its operands are the object and the name."""

PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})

NO_MEMBERS = frozenset({"__doc__", "__init__", "__module__", "__slots__"})
"""Names in the body of a protocol that its instances need not have
(https://typing.python.org/en/latest/spec/protocol.html)."""

NUMBER_CLASSES = frozenset(
    {"builtins.int", "builtins.float", "builtins.bool", "builtins.complex", "numbers.Number"}
)


def names_tensors(name: str) -> bool:
    """Whether a class, by its canonical name, is one of those of tensors."""
    return facts.class_kind(name) in ("tensor", "parameter")


def _is_legacy(name: str) -> bool:
    """Whether a class is one of those of the tensors of one dtype (`torch.LongTensor`)."""
    fact = facts.call_fact(name)
    return fact is not None and (
        fact.special == "legacy_constructor" or facts.class_kind(name) != ""
    )


def has_own_truth(state: State, thing: Instance) -> bool:
    """Whether the truth value of an instance is up to its class."""
    for atom in in_order(thing.cls):
        if isinstance(atom, Library):
            return True
        if isinstance(atom, Address) and any(
            find_in_class(state, atom, name) for name in ("__bool__", "__len__")
        ):
            return True
    return False


def may_be_anything(atom: Atom) -> bool:
    """Whether an atom is what a library out of sight has under a name: a flag, a tensor, None."""
    return isinstance(atom, Library) and not is_definition(atom.name)


def is_tensor(state: State, atom: Atom) -> bool | None:
    """Whether an atom is a tensor."""
    if may_be_anything(atom):
        return None
    if not isinstance(atom, Address):
        return False
    thing = state.get(atom)
    if isinstance(thing, Unknown):
        return None if thing.kind is Kind.ANY else False
    return isinstance(thing, Tensor)


def is_instance(machine: Machine, state: State, atom: Atom, classes: Value) -> bool | None:
    """`isinstance(atom, classes)`: None where it is not known. A tuple of classes means any."""
    answers = [_is_of(machine, state, atom, cls) for cls in _flatten(state, classes)]
    if True in answers:
        return True
    if not answers or None in answers:
        return None
    return False


def _flatten(state: State, classes: Value) -> list[Atom]:
    flat: list[Atom] = []
    for atom in in_order(classes):
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Sequence):
            for item in (*thing.items, thing.rest):
                flat.extend(_flatten(state, item))
        else:
            flat.append(atom)
    return flat


def _is_of(machine: Machine, state: State, atom: Atom, cls: Atom) -> bool | None:
    name = facts.canonical_name(cls.name) if isinstance(cls, Library) else ""
    if name == "builtins.object":
        return True
    if isinstance(atom, Literal):
        return _literal_is_of(machine, state, atom, cls)
    if may_be_anything(atom):
        return None
    if not isinstance(atom, Address):
        return None if name in ("typing.Callable", "collections.abc.Callable") else False
    thing = state.get(atom)
    if isinstance(thing, Unknown):
        return _unknown_is_of(state, atom, thing, cls, name)
    if isinstance(cls, Address):
        derived = _object_is_of_class(state, thing, cls)
        return _is_alike(machine, state, atom, cls) if derived is False else derived
    return _object_is_of_library(state, thing, name)


def _literal_is_of(machine: Machine, state: State, atom: Literal, cls: Atom) -> bool | None:
    """A text may be a member of an enumeration of texts."""
    plain = enumerations.is_plain_member(atom)
    owners = enumerations.classes_of(machine, state, atom)
    if isinstance(cls, Address):
        is_member = any(cls in linear_order(state, owner) for owner in owners)
        return (plain or None) if is_member else _is_alike(machine, state, atom, cls)
    name = facts.canonical_name(cls.name) if isinstance(cls, Library) else ""
    if plain:
        return any(name in library_bases(state, owner) for owner in owners)
    return _constant_is_of(atom, name)


def _constant_is_of(atom: Literal, name: str) -> bool | None:
    owner, _, kind = name.rpartition(".")
    if owner == "builtins":
        cls = getattr(builtins, kind, None)
        return isinstance(atom.value, cls) if isinstance(cls, type) else None
    if name.startswith(("torch.", "numpy.")):
        return False
    if name == "numbers.Number":
        return isinstance(atom.value, (int, float, complex))
    return None


def _unknown_is_of(
    state: State, address: Address, thing: Unknown, cls: Atom, name: str
) -> bool | None:
    if state.equals.get(address) is not None:
        return _constant_is_of(state.equals[address], name)
    if name and thing.made_by and (thing.made_by == name or is_derived(thing.made_by, name)):
        return True
    if thing.kind is Kind.ANY:
        return None
    if names_tensors(name):
        return False
    if thing.kind is Kind.MODULE and name == MODULE:
        return True
    if thing.kind is Kind.TEXT and name == "builtins.str":
        return True
    return None


def _object_is_of_class(state: State, thing: HeapObject, cls: Address) -> bool | None:
    if not isinstance(thing, Instance):
        return False
    answers = set()
    for atom in in_order(thing.cls):
        if isinstance(atom, Address):
            answers.add(cls in linear_order(state, atom))
        else:
            answers.add(False)
    return answers.pop() if len(answers) == 1 else None


def _is_alike(machine: Machine, state: State, atom: Atom, cls: Address) -> bool | None:
    """Whether an object is an instance of a class that it is not derived from: of a protocol, if it has
    all that this asks for; a class may also tell itself what is one of its own."""
    if find_in_class(state, cls, "__subclasshook__"):
        return None
    protocol = state.get(cls)
    if not isinstance(protocol, Class) or not any(map(_names_protocol, protocol.bases)):
        return False
    asked = [
        name
        for entry in linear_order(state, cls)
        for part in [state.get(entry) if isinstance(entry, Address) else None]
        if isinstance(part, Class)
        for name in (*part.attributes, *part.fields)
        if name not in NO_MEMBERS
    ]
    complete = all(has_attribute(machine, state, atom, name) for name in asked)
    return True if complete and not any(_is_none(state, atom, name) for name in asked) else None


def _is_none(state: State, atom: Atom, name: str) -> bool:
    """Whether a class says by None that its objects have no such method."""
    thing = state.get(atom) if isinstance(atom, Address) else None
    classes = thing.cls if isinstance(thing, Instance) else ()
    found = (find_in_class(state, cls, name) for cls in classes if isinstance(cls, Address))
    return any(one is not None and one[0] >= NONE for one in found)


def _names_protocol(base: Value) -> bool:
    return any(isinstance(atom, Library) and atom.name in PROTOCOLS for atom in base)


def _object_is_of_library(state: State, thing: HeapObject, name: str) -> bool | None:
    if isinstance(thing, Tensor):
        if facts.class_kind(name) == "parameter":
            return thing.parameter
        return names_tensors(name) or (None if _is_legacy(name) else False)
    if isinstance(thing, Array):
        return True if name in ARRAY_CLASSES else (None if name.startswith("numpy.") else False)
    if isinstance(thing, Sequence):
        return _sequence_is_of(thing, name)
    if isinstance(thing, Mapping):
        return name in ("builtins.dict", "collections.abc.Mapping", "typing.Mapping")
    if isinstance(thing, View):
        return False if name.startswith(("builtins.", "numpy.", "torch.")) else None
    if isinstance(thing, Function):
        return None if "Callable" in name or "types." in name else False
    if isinstance(thing, Class):
        return name == "builtins.type"
    if isinstance(thing, Instance):
        return _instance_is_of(state, thing, name)
    return None if not name.startswith("torch.") else False


def _sequence_is_of(thing: Sequence, name: str) -> bool | None:
    if thing.kind == "any":
        return None
    if name == f"builtins.{thing.kind}":
        return True
    if name.startswith(("typing.", "collections.")):
        return None
    return False


def _instance_is_of(state: State, thing: Instance, name: str) -> bool | None:
    answers: set[bool | None] = set()
    for atom in in_order(thing.cls):
        if isinstance(atom, Library):
            answers.add(_library_is_a(facts.canonical_name(atom.name), name))
        elif isinstance(atom, Address):
            known = {_library_is_a(base, name) for base in library_bases(state, atom)}
            answers.add(True if True in known else None if None in known else False)
    return answers.pop() if len(answers) == 1 else None


def _library_is_a(name: str, ancestor: str) -> bool | None:
    if name == ancestor or is_derived(name, ancestor):
        return True
    if ancestor == MODULE:
        return facts.module_fact(name) is not None or None
    if name in ("builtins.object", MODULE, "abc.ABC"):
        return False
    if facts.module_fact(name) is not None and facts.module_fact(ancestor) is not None:
        return False
    if names_tensors(ancestor):
        return False if facts.module_fact(name) is not None else None
    return None


def _names(state: State, classes: Atom) -> list[str]:
    """The names of classes, one or a tuple of them, as far as libraries have them; else the empty one."""
    return [
        facts.canonical_name(cls.name) if isinstance(cls, Library) else ""
        for cls in _flatten(state, value_of(classes))
    ]


def assume_no_class(state: State, address: Address, classes: Atom) -> None:
    """An unknown object turned out to be of none of some classes."""
    if TENSOR in _names(state, classes):
        assume_no_tensor(state, address)


def assume_no_tensor(state: State, address: Address) -> None:
    """An unknown object turned out to be no tensor.

    It requires no grad itself, and is nowhere; what it holds may.
    """
    thing = state.get(address)
    if isinstance(thing, Unknown):
        grad = thing.grad if thing.grad == NO else MAYBE
        state.heap[address] = replace(thing, grad=grad, device=UNSEEN, narrow=UNSEEN, story=None)


APART = "no tensor"
"""How it is derived what turned out to be none: a thing of its own, which no other path has."""


def apart_from_tensors(
    machine: Machine, state: State, atom: Atom, classes: Value, span: Span
) -> Atom:
    """What is of none of some classes, tensors among them, where it was made as what may require grad.

    Where paths meet again, that is still true of what it is taken apart from.
    """
    thing = state.get(atom) if isinstance(atom, Address) else None
    if not isinstance(atom, Address) or not isinstance(thing, Unknown):
        return atom
    made = atom.default if isinstance(atom.default, Unknown) else thing
    if not made.grad.seen or not any(TENSOR in _names(state, one) for one in classes):
        return atom
    (found,) = machine.derived(APART, (atom,), span, thing)
    assert isinstance(found, Address)
    state.heap[found] = thing
    assume_no_tensor(state, found)
    return found


def turned_out_no_tensor(state: State, address: Address) -> bool:
    """Whether a test on this path has found that an unknown object is no tensor."""
    if address.derived is not None and address.derived[0] == APART:
        return True
    return any(
        _denies_tensor(state, question, address)
        for question, answer in state.truths.items()
        if not answer
    )


def _denies_tensor(state: State, question: Atom, address: Address) -> bool:
    operator, operands = (isinstance(question, Address) and question.derived) or ("", ())
    if not operands or operands[0] != address:
        return False
    if operator == "isinstance":
        return TENSOR in _names(state, operands[1])
    return operator == HASATTR and has_every_tensor(operands[1])


def has_attribute(machine: Machine, state: State, atom: Atom, name: str) -> bool | None:
    """`hasattr(atom, name)`. An attribute that an object of a class lacks may be set out of sight."""
    if isinstance(atom, Literal):
        if enumerations.classes_of(machine, state, atom):
            return True if enumerations.read_attribute(machine, atom, name, state) else None
        return hasattr(atom.value, name)
    if not isinstance(atom, Address):
        return None
    thing = state.instance(atom, name) or state.get(atom)
    if isinstance(thing, Instance):
        return True if name in thing.attributes or _class_has(state, thing, name) else None
    if isinstance(thing, Tensor):
        return True if has_every_tensor(literal(name)) else None
    if isinstance(thing, (Sequence, Mapping)):
        return _container_has(thing, name)
    return None


_CONTAINERS: dict[str, type] = {
    "list": list, "tuple": tuple, "set": set, "frozenset": frozenset, "deque": deque
}  # fmt: skip

_OF_DERIVED = {
    "dict": frozenset(dir(OrderedDict)) | frozenset(dir(defaultdict)) | frozenset(dir(Counter)),
    "tuple": MORE_THAN_A_TUPLE,
}
"""What is known of some builtin classes only to be an attribute of classes derived from them, which are
not told apart: those of `collections`, named tuples, `torch.Size`."""


def _container_has(thing: Sequence | Mapping, name: str) -> bool | None:
    kind = "dict" if isinstance(thing, Mapping) else thing.kind
    cls = dict if isinstance(thing, Mapping) else _CONTAINERS.get(kind)
    if cls is None:
        return None
    if hasattr(cls, name) or (isinstance(thing, Sequence) and name in thing.fields):
        return True
    return None if name in _OF_DERIVED.get(kind, ()) else False


def _class_has(state: State, thing: Instance, name: str) -> bool:
    """Whether each class that an instance may be of gives it a method or attribute."""
    if is_module(state, thing) and facts.module_method(name) is not None:
        return True
    classes = [cls for cls in thing.cls if isinstance(cls, Address)]
    in_sight = bool(classes) and len(classes) == len(thing.cls)
    return in_sight and all(_gives(state, cls, name) for cls in classes)


def _gives(state: State, cls: Address, name: str) -> bool:
    """Whether a class gives its objects an attribute, without running code that may raise AttributeError."""
    found = find_in_class(state, cls, name)
    if found is None or find_in_class(state, cls, "__getattribute__") is not None:
        return False
    things = [state.get(atom) if isinstance(atom, Address) else None for atom in found[0]]
    return not any(
        isinstance(thing, Instance) or (isinstance(thing, Function) and thing.kind == "property")
        for thing in things
    )


def has_every_tensor(name: Atom) -> bool:
    """Whether each tensor has a method or attribute of this name."""
    text = name.value if isinstance(name, Literal) else None
    if not isinstance(text, str):
        return False
    return facts.is_tensor_method(text) or facts.tensor_attribute(text) is not None


def assume_class(state: State, address: Address, cls: Atom) -> None:
    """An unknown object turned out to be of a class, or of one of several."""
    thing = state.get(address)
    names = _names(state, cls)
    if isinstance(thing, Unknown) and names and NUMBER_CLASSES.issuperset(names):
        state.heap[address] = replace(thing, kind=Kind.NUMBER)
        return
    if not isinstance(thing, Unknown) or not isinstance(cls, Library):
        return
    name = facts.canonical_name(cls.name)
    if names_tensors(name):
        state.heap[address] = Tensor(
            thing.grad,
            dtype=Dtype(Family.UNKNOWN, thing.narrow),
            device=thing.device,
            severed=thing.severed,
            story=thing.story,
            attributes=thing.attributes,
        )
    elif name == MODULE or facts.module_fact(name) is not None:
        state.heap[address] = replace(thing, kind=Kind.MODULE)
    elif name in ARRAY_CLASSES:
        rank = Rank.ARRAY if name == ARRAY else Rank.SCALAR
        state.heap[address] = Array(thing.severed, rank)
    elif name == "builtins.str":
        state.heap[address] = replace(thing, kind=Kind.TEXT)
