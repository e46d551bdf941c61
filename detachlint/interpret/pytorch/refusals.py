"""What PyTorch would refuse about a tensor at a crossing, besides its gradient."""

from __future__ import annotations

from detachlint.domain.objects import Tensor, Unknown
from detachlint.domain.traits import PLAIN, Check, Traits, join_traits, without
from detachlint.domain.values import Address
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch.guards import settled

META = frozenset({"meta"})


def refused_traits(state: State, candidates: list[Address]) -> Traits:
    """The traits of what a value may be, joined, without those it surely or possibly has not.

    A trait that nobody knows anything about (MAYBE) is left out: every unseen tensor may be of any
    device and dtype.
    """
    joined: Traits | None = None
    inside = state.surroundings.differentiated
    for address in candidates:
        one = _traits_of(state, address)
        if inside != PLAIN and isinstance(state.get(address), Tensor):
            one = {Check.STORAGE: inside, **one}
        joined = one if joined is None else join_traits(joined, one)
    return {check: trait for check, trait in (joined or {}).items() if trait.held.seen}


def _traits_of(state: State, address: Address) -> Traits:
    thing = state.get(address)
    if isinstance(thing, (Tensor, Unknown)):
        thing = settled(state, address, thing)
    if isinstance(thing, Unknown):
        return {Check.DEVICE: thing.device, Check.DTYPE: thing.narrow}
    if not isinstance(thing, Tensor):
        return {}
    traits = dict(thing.traits)
    if thing.device != PLAIN:
        traits[Check.DEVICE] = thing.device
    if thing.dtype.narrow != PLAIN:
        traits[Check.DTYPE] = thing.dtype.narrow
    return traits


def not_forced(traits: Traits) -> Traits:
    """What `force=True` does not help against: it detaches, moves and resolves lazy bits.

    Data of the meta device cannot be moved (executed: NotImplementedError).
    """
    device = traits.get(Check.DEVICE)
    kept = without(traits, Check.DEVICE, Check.CONJUGATE, Check.NEGATIVE)
    if device is not None and device.names == META:
        return {**kept, Check.DEVICE: device}
    return kept
