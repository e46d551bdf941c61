"""What a test of a tensor's device, dtype or layout says of it on the path behind the test.

Questions are values that remember what they ask (`Address.derived`): `t.is_cuda`, `t.is_conj()`,
`t.device.type == "cuda"`, `t.dtype in (torch.float16, torch.bfloat16)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from detachlint.domain.belief import BY_DEFAULT, NO, YES
from detachlint.domain.objects import Instance, Kind, Sequence, Tensor, Unknown
from detachlint.domain.story import begin
from detachlint.domain.traits import PLAIN, Check, Dtype, Family, Trait
from detachlint.domain.values import (
    FALSE,
    TRUE,
    Address,
    Atom,
    Library,
    Literal,
    Method,
    Value,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch.placement import dtype_named, is_device
from detachlint.knowledge import facts
from detachlint.knowledge.names import OTHER_LAYOUTS, TENSOR, layout_word
from detachlint.source.span import Span
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

Tested: TypeAlias = "Tensor | Unknown"

BITS = {"conj": Check.CONJUGATE, "neg": Check.NEGATIVE}
ANSWERED = frozenset({*OTHER_LAYOUTS, *BITS, "device", "host", "quantized", "float", "complex"})
"""What questions that are answered here tell, by the facts about attributes and methods of tensors."""

DTYPE = "dtype"

_FLOATS = frozenset({Family.FLOAT, Family.FLOAT32})
_QUESTION = "attribute "


def told_by(name: str) -> str:
    """What the attribute or method `name` of tensors tells, `""` where it is not answered here."""
    fact = facts.call_fact(f"{TENSOR}.{name}")
    tells = fact.traits.get("tells", "") if fact is not None else ""
    return tells if tells in ANSWERED else ""


def ask(machine: Machine, address: Address, tensor: Tested, name: str, span: Span) -> Value:
    """`t.is_cuda`, `t.is_conj()`, … as far as what the tensor is decides them."""
    answer = _answer(tensor, name) if isinstance(tensor, Tensor) else None
    if answer is None:
        question = Unknown(Kind.TRUTH, NO)
        return machine.derived(f"{_QUESTION}{name}", (address,), span, question)
    return TRUE if answer else FALSE


def _answer(tensor: Tensor, name: str) -> bool | None:
    family = tensor.dtype.family
    tells = told_by(name)
    if tells in ("float", "complex"):
        if family is Family.UNKNOWN:
            return None
        return family in _FLOATS if tells == "float" else family is Family.COMPLEX
    if tells in BITS:
        return _is_one(tensor.traits.get(BITS[tells], PLAIN), None)
    if tells == "quantized":
        held = tensor.dtype.narrow
        kinds = {one.startswith("q") for one in held.names}
        return _is_one(held, None) if kinds == {True} else False if kinds == {False} else None
    if tells in OTHER_LAYOUTS:
        return _is_one(tensor.traits.get(Check.LAYOUT, PLAIN), tells)
    if tells == "host":
        elsewhere = _is_one(tensor.device, None)
        return None if elsewhere is None else not elsewhere
    return _is_one(tensor.device, _device_asked_for(name))


def _device_asked_for(name: str) -> str:
    return name.removeprefix("is_")


def _is_one(held: Trait, name: str | None) -> bool | None:
    """Whether a tensor has the trait of this name (of any)."""
    if held.held == NO:
        return False
    if name is not None and held.names and name not in held.names:
        return False
    if held.held == YES and (name is None or held.names == {name}):
        return True
    return None


def device_type(state: State, device: Address) -> Value | None:
    """`t.device.type`, where it is known."""
    subject = _property_of(device)[1] if _asks_for(device, "device") else None
    thing = state.get(subject) if subject is not None else None
    if not isinstance(thing, Tensor):
        return None
    if thing.device.held == NO:
        return value_of(literal("cpu"))
    if thing.device.held == YES and len(thing.device.names) == 1:
        return value_of(literal(next(iter(thing.device.names))))
    return None


# --- what an answer says --------------------------------------------------------------------------


def learn(state: State, question: Address, truth: bool) -> None:
    """From here on the answer is known: the tensor is on this path what it says.

    That it is on a device where nobody has seen it is only supposed: code that serves every device
    asks, whoever calls it. It holds behind the test (`settled`), and for nothing that is computed there.
    """
    address = subject_of(state, question)
    thing = _tested(state, address) if address is not None else None
    if address is None or thing is None or (address.summary and address not in state.focus):
        return
    told = _told(state, thing, question, truth)
    if told.device.held == YES and not thing.device.names:
        told = replace(told, device=thing.device)
    if told != thing:
        state.heap[address] = told


def settled(state: State, address: Address, thing: Tested) -> Tested:
    """The tensor as far as the tests on this path have decided what it is."""
    for question, truth in state.truths.items():
        if isinstance(question, Address) and subject_of(state, question) == address:
            thing = _told(state, thing, question, truth)
    return thing


def subject_of(state: State, question: Address) -> Address | None:
    """The tensor that a question is about; None if it is none of those that are understood."""
    if question.derived is None:
        return None
    operator, operands = question.derived
    if operator.startswith(_QUESTION) and told_by(operator.removeprefix(_QUESTION)):
        # `t.dtype.is_floating_point` asks about `t`, too.
        subject = _property_of(operands[0])[1] or operands[0]
        return subject if isinstance(subject, Address) else None
    if operator in ("==", "!=", "in") and len(operands) == 2:
        return _property_of(operands[0])[1]
    return None


def _property_of(atom: Atom) -> tuple[str, Address | None]:
    """Which property of which tensor an atom is: `t.device` (or its type), `t.dtype`, `t.layout`."""
    if isinstance(atom, Method) and atom.name == "type":
        atom = atom.receiver
        return _property_of(atom) if _asks_for(atom, "device") else ("", None)
    for name in ("device", "dtype", "layout"):
        if _asks_for(atom, name) and isinstance(atom, Address) and atom.derived is not None:
            subject = atom.derived[1][0]
            return name, subject if isinstance(subject, Address) else None
    return "", None


def _asks_for(atom: Atom, name: str) -> bool:
    derived = atom.derived if isinstance(atom, Address) else None
    return derived is not None and derived[0] == f"{_QUESTION}{name}"


def _tested(state: State, atom: Atom) -> Tested | None:
    thing = state.get(atom) if isinstance(atom, Address) else None
    return thing if isinstance(thing, (Tensor, Unknown)) else None


def _told(state: State, thing: Tested, question: Address, truth: bool) -> Tested:
    told = _as_answered(state, thing, question, truth)
    if told.device.held == YES and told.device.story is None:
        story = begin(question.span, "a test says so, on this path")
        told = replace(told, device=replace(told.device, story=story))
    return told


def _as_answered(state: State, thing: Tested, question: Address, truth: bool) -> Tested:
    assert question.derived is not None
    operator, operands = question.derived
    if operator in ("==", "!=", "in"):
        named = _named(state, operands[1])
        found = _property_of(operands[0])[0]
        return _is_among(thing, found, named, truth != (operator == "!=")) if named else thing
    name = operator.removeprefix(_QUESTION)
    tells = told_by(name)
    if tells in ("device", "host"):
        asked = frozenset({_device_asked_for(name)})
        return replace(thing, device=_device(thing.device, asked, truth))
    # Few are complex: it is of whole numbers, as a rule.
    seldom = thing.grad.both(BY_DEFAULT.opposite())
    if isinstance(thing, Unknown):
        return replace(thing, grad=seldom) if tells == "float" and not truth else thing
    if tells in OTHER_LAYOUTS:
        return _with_layout(thing, frozenset({tells}), truth)
    if tells in BITS:
        return _with(thing, BITS[tells], None if not truth else Trait(YES))
    if tells == "float" and thing.dtype.family is Family.UNKNOWN:
        if truth:
            return replace(thing, dtype=Dtype(Family.FLOAT, thing.dtype.narrow))
        return replace(thing, dtype=Dtype(Family.UNKNOWN), grad=seldom, base=frozenset(), flag=None)
    return thing


def names_integers(state: State, value: Value) -> bool:
    """Whether a value names nothing but dtypes of whole numbers, one or a tuple of them."""
    named = [_named(state, atom) for atom in value]
    return bool(named) and all(
        names and all(dtype_named(name) == Dtype.INTEGER for name in names) for names in named
    )


def _is_among(thing: Tested, property_: str, named: frozenset[str], truth: bool) -> Tested:
    if property_ == "device":
        return replace(thing, device=_device(thing.device, named, truth))
    short = frozenset(name.rpartition(".")[2] for name in named)
    if property_ == "dtype":
        if truth and all(dtype_named(name) == Dtype.INTEGER for name in named):
            return _integer(thing)
        narrow = thing.narrow if isinstance(thing, Unknown) else thing.dtype.narrow
        kept = narrow.names & short if truth else narrow.names - short
        if not narrow.names or (kept == narrow.names and not truth):
            return thing
        now = Trait(narrow.held, kept, narrow.story) if kept else PLAIN
        if isinstance(thing, Unknown):
            return replace(thing, narrow=now)
        return replace(thing, dtype=Dtype(thing.dtype.family, now))
    if property_ == "layout" and isinstance(thing, Tensor):
        if short == {"strided"}:
            return _with_layout(thing, frozenset(), not truth)
        words = frozenset(map(layout_word, short))
        return _with_layout(thing, words, truth) if words <= OTHER_LAYOUTS else thing
    return thing


def _integer(thing: Tested) -> Tested:
    """One of an integer dtype (or bool): those cannot require grad."""
    if isinstance(thing, Unknown):
        return replace(thing, grad=NO, narrow=PLAIN, story=None)
    if thing.dtype.is_integer:
        return thing
    dtype = Dtype.INTEGER
    return replace(thing, dtype=dtype, grad=NO, base=frozenset(), flag=None, story=None)


def _device(held: Trait, named: frozenset[str], truth: bool) -> Trait:
    """Where a tensor is that is (or is not) on one of these devices."""
    if not truth:
        kept = held.names - named
        if "cpu" in named:
            return Trait(YES, kept, held.story) if kept else held
        return Trait(held.held, kept, held.story) if kept or not held.names else PLAIN
    if named == {"cpu"}:
        return PLAIN
    return held if "cpu" in named else Trait(YES, named, held.story)


def _with_layout(thing: Tensor, named: frozenset[str], truth: bool) -> Tensor:
    held = thing.traits.get(Check.LAYOUT)
    if held is None:
        return thing
    if truth:
        return _with(thing, Check.LAYOUT, Trait(YES, named or held.names, held.story))
    kept = held.names - named if named else frozenset[str]()
    return _with(thing, Check.LAYOUT, Trait(held.held, kept, held.story) if kept else None)


def _with(thing: Tensor, check: Check, trait: Trait | None) -> Tensor:
    old = thing.traits.get(check)
    others = {one: kept for one, kept in thing.traits.items() if one is not check}
    if trait is None:
        return replace(thing, traits=others)
    story = trait.story or (old.story if old is not None else None)
    return replace(thing, traits={**others, check: replace(trait, story=story)})


def _named(state: State, atom: Atom) -> frozenset[str]:
    """The names of the device, dtype or layout that something is, or of those in a tuple of them."""
    if isinstance(atom, Library):
        return frozenset({atom.name})
    if isinstance(atom, Literal):
        return frozenset({atom.value.partition(":")[0]} if isinstance(atom.value, str) else ())
    thing = state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Instance) and is_device(thing):
        constant = single_literal(thing.payload)
        return _named(state, constant) if constant is not None else frozenset()
    if isinstance(thing, Sequence) and thing.exact:
        found = [_named(state, one) for item in thing.items for one in item]
        return frozenset().union(*found) if all(found) else frozenset()
    return frozenset()
