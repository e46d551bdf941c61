"""Managers that change what code runs in: `autocast`, `with torch.device(…)`, `torch.compile`, …"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from detachlint.domain.belief import NO, YES, Belief, Truth
from detachlint.domain.objects import Instance
from detachlint.domain.story import begin
from detachlint.domain.surroundings import Surroundings
from detachlint.domain.traits import PLAIN, UNSEEN, Dtype, Family, Trait, narrow_dtype, trait
from detachlint.domain.values import Address, Atom, Library, Literal, Value, in_order, value_of
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import placement
from detachlint.interpret.pytorch.tensor_attributes import truth_belief
from detachlint.knowledge import facts
from detachlint.knowledge.facts import Aliasing, CallFact, ModuleFact
from detachlint.source.value_class import replace

Computes: TypeAlias = "CallFact | ModuleFact"
"""What gives tensors, by its fact."""

COMPILED = "@compiled"
"""The attribute of a module that has been compiled, as it is given back."""

COMPILING: Mapping[str, Belief] = {"compiled": YES, "not-compiled": NO}
"""Whether what is given is compiled, by what the facts say of who calls it."""


def kind_of(name: str) -> str:
    """`"autocast"`, `"fake"`, `"compiled"`, …: what a manager or decorator changes; or `""`."""
    kind = facts.class_kind(name).partition(" ")[0]
    if kind in ("autocast", "fake"):
        return kind
    called = facts.what_it_calls(name)
    return called if called in COMPILING else ""


def manager(call: LibraryCall) -> Instance:
    """The object that `torch.autocast(…)` and its like make."""
    attributes = dict(call.arguments.keywords)
    fact = facts.class_fact(call.name)
    positions = fact.positions if fact is not None else ()
    device = facts.class_kind(call.name).partition(" ")[2]
    if device:  # an older class, for one device alone
        attributes["device_type"] = value_of(Literal(device, "str"))
    for name, value in zip(positions, call.arguments.positional, strict=False):
        attributes.setdefault(name, value)
    return Instance(value_of(Library(call.name)), attributes)


def inside(state: State, atom: Atom) -> Surroundings | None:
    """The surroundings in a `with atom:`; None if it is nothing that changes them."""
    if isinstance(atom, Library):
        compiled = COMPILING.get(kind_of(atom.name))
        return None if compiled is None else replace(state.surroundings, compiled=compiled)
    thing = state.get(atom) if isinstance(atom, Address) else None
    if not isinstance(thing, Instance) or not isinstance(atom, Address):
        return None
    now = state.surroundings
    for cls in in_order(thing.cls):
        name = cls.name if isinstance(cls, Library) else ""
        kind = kind_of(name)
        if facts.class_kind(name) == "device":
            story = begin(atom.span, "made under a default device")
            return replace(now, device=placement.device_from(state, value_of(atom), UNSEEN, story))
        if kind == "autocast":
            return _autocast(state, thing, now, atom)
        if kind == "fake":
            story = begin(atom.span, "tensors made under this mode hold no data")
            return replace(now, fake=trait("FakeTensor", story))
        if kind in COMPILING:
            return replace(now, compiled=COMPILING[kind])
    return None


def _autocast(state: State, thing: Instance, now: Surroundings, atom: Address) -> Surroundings:
    given = thing.attributes.get("device_type", frozenset())
    known = [a.value for a in given if isinstance(a, Literal) and isinstance(a.value, str)]
    devices = frozenset(name.partition(":")[0] for name in known)
    exact = bool(known) and len(known) == len(given)
    story = begin(atom.span, "autocast computes matrix products in this dtype")
    default = Dtype.FLOAT
    if devices == {"cpu"}:
        default = narrow_dtype(Family.FLOAT, "bfloat16", story)  # executed: the CPU's default
    dtype = placement.dtype_from(state, thing.attributes.get("dtype"), default, story)
    enabled = thing.attributes.get("enabled")
    on = YES if enabled is None else truth_belief(state, enabled)
    lowers = Trait(dtype.narrow.held.both(on), dtype.narrow.names, story)
    return replace(now, lowers=lowers, lowers_on=devices if exact else frozenset())


def is_product(fact: Computes | None) -> bool:
    """Whether it is a matrix product or its like, which autocast tells: all its tensors have dimensions."""
    return fact is not None and _on_a_cpu(fact) == "lowers"


def lowered(state: State, fact: Computes | None, dtype: Dtype, device: Trait) -> Dtype:
    """The dtype of a result under autocast; `dtype` is what it would be without.

    What CPUs and CUDA do was executed. Other accelerators lower the same as a CPU and more; what they
    leave alone is known of what does not even copy.
    """
    around = state.surroundings
    if around.lowers == PLAIN or dtype.is_integer or dtype.family is Family.COMPLEX:
        return dtype
    word = "" if fact is None else _on_a_cpu(fact)
    executed = around.lowers_on in map(frozenset, facts.AUTOCAST_EXECUTED_ON)
    if fact is not None and executed:
        word = facts.autocast_on(around.lowers_on, fact.name, word)
    copies = fact is None or fact.aliasing is Aliasing.FRESH
    return _lowered(state, word, dtype, device, executed or not copies)


def _on_a_cpu(fact: Computes) -> str:
    return fact.autocast if isinstance(fact, ModuleFact) else fact.traits.get("autocast", "")


def _lowered(state: State, word: str, dtype: Dtype, device: Trait, is_known: bool) -> Dtype:
    """What `word` (see `TRAITS`) says; `is_known`: also where it says nothing."""
    around = state.surroundings
    if word == "sometimes":
        return Dtype(
            dtype.family, dtype.narrow.join(Trait(around.lowers.held, around.lowers.names))
        )
    if word != "lowers":
        if dtype.narrow == PLAIN or (not word and (device == PLAIN or is_known)):
            return dtype
        if word == "raises" and around.lowers.held.both(_covers(around.lowers_on, device)) == YES:
            return Dtype.FLOAT32
        return Dtype(dtype.family, Trait(dtype.narrow.held.join(NO), dtype.narrow.names))
    if dtype.family is Family.FLOAT and dtype.narrow == PLAIN:
        return Dtype(Family.UNKNOWN)  # double precision stays
    held = around.lowers.held.both(_covers(around.lowers_on, device))
    if held == NO:
        return dtype
    return Dtype(Family.FLOAT, Trait(held, around.lowers.names, around.lowers.story))


def narrow_out_of_sight(state: State, narrow: Trait, device: Trait) -> Trait:
    """Whether NumPy lacks the dtype of what a module out of sight gives, by its own dtype.

    Under autocast that is the lower one: what most models compute last is a matrix product.
    """
    around = state.surroundings
    held = around.lowers.held.both(_covers(around.lowers_on, device))
    if held == NO:
        return narrow
    return Trait(held, around.lowers.names, around.lowers.story)


def _covers(devices: frozenset[str], device: Trait) -> Belief:
    """Whether autocast for these devices sees a tensor that is there.

    Who writes autocast for a device has the tensors there, unless they are seen to be elsewhere.
    """
    if len(devices) != 1 or (device.held.usual is Truth.MAYBE and not device.names):
        return Belief(Truth.YES, Truth.MAYBE)
    if devices == {"cpu"}:
        return device.held.opposite()
    return device.held if devices & device.names or not device.names else NO


def set_default(call: LibraryCall, which: str) -> None:
    """`torch.set_default_dtype(…)`, `torch.set_default_device(…)` and `torch.set_default_tensor_type(…)`."""
    state = call.state
    now = state.surroundings
    given: Value = next(iter(call.arguments.all()), frozenset())
    story = begin(call.span, f"`{call.shown}(…)` is called here")
    if which == "sets-device":
        device = placement.device_from(state, given, now.of_type, story)
        state.surroundings = replace(now, device=device)
        return
    dtype = placement.dtype_from(state, given, Dtype.FLOAT32, story)
    state.surroundings = replace(now, dtype=dtype)
    if which == "sets-tensor-type":
        place = placement.device_of_class(given, story) or UNSEEN
        device = place if now.device == now.of_type else now.device
        state.surroundings = replace(now, dtype=dtype, of_type=place, device=device)
