"""Managers that change what code runs in: `autocast`, `with torch.device(…)`, `torch.compile`, …"""

from __future__ import annotations

from dataclasses import replace

from detachlint.domain.belief import NO, YES, Belief, Truth
from detachlint.domain.objects import Instance
from detachlint.domain.story import begin
from detachlint.domain.surroundings import Surroundings
from detachlint.domain.traits import PLAIN, UNSEEN, Dtype, Family, Trait, narrow_dtype, trait
from detachlint.domain.values import Address, Atom, Library, Literal, Value, value_of
from detachlint.interpret.engine.arguments import LibraryCall
from detachlint.interpret.engine.state import State
from detachlint.interpret.pytorch import placement
from detachlint.interpret.pytorch.tensor_attributes import truth_belief

AUTOCAST = frozenset({"torch.autocast", "torch.cuda.amp.autocast", "torch.cpu.amp.autocast"})
FAKE = frozenset(
    {
        "torch._subclasses.FakeTensorMode",
        "torch._subclasses.fake_tensor.FakeTensorMode",
    }
)
COMPILE = "torch.compile"
NOT_COMPILED = frozenset({"torch.compiler.disable", "torch._dynamo.disable"})
COMPILED = "@compiled"
"""The attribute of a module that `torch.compile` has given back."""
MANAGERS = AUTOCAST | FAKE | {COMPILE} | NOT_COMPILED
"""What makes a manager or decorator of this kind, besides `torch.device`."""

LOWERED = frozenset(
    {
        *(
            "linear",
            "matmul",
            "mm",
            "bmm",
            "addmm",
            "baddbmm",
            "addbmm",
            "einsum",
            "tensordot",
            "@",
        ),
        *("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "multi_dot"),
        *("conv_transpose3d", "scaled_dot_product_attention", "__matmul__", "inner"),
        *("Linear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d"),
        *("ConvTranspose3d", "RNNCell"),
    }
)
"""What autocast computes in the lower precision, on the CPU (executed) as on CUDA (read)."""

KEPT = frozenset(
    {
        *("relu", "dropout", "getitem", "detach", "cpu", "cuda", "clone", "transpose", "permute"),
        *("reshape", "view", "flatten", "squeeze", "unsqueeze", "contiguous", "t", "T", "mT"),
        *("ReLU", "Dropout", "Identity", "Flatten", "bfloat16", "to"),
    }
)
"""What autocast leaves in the dtype it finds; much else it computes in float32."""


def manager(call: LibraryCall) -> Instance:
    """The object that `torch.autocast(…)` and its like make."""
    attributes = dict(call.arguments.keywords)
    names: tuple[str, ...] = ("device_type", "dtype", "enabled")
    if call.name in AUTOCAST and call.name != "torch.autocast":
        attributes["device_type"] = value_of(Literal(call.name.split(".")[1], "str"))
        names = ("enabled", "dtype")
    for name, value in zip(names, call.arguments.positional, strict=False):
        attributes.setdefault(name, value)
    return Instance(value_of(Library(call.name)), attributes)


def inside(state: State, atom: Atom) -> Surroundings | None:
    """The surroundings in a `with atom:`; None if it is nothing that changes them."""
    if isinstance(atom, Library) and atom.name in NOT_COMPILED | {COMPILE}:
        compiled = YES if atom.name == COMPILE else NO
        return replace(state.surroundings, compiled=compiled)
    thing = state.get(atom) if isinstance(atom, Address) else None
    if not isinstance(thing, Instance) or not isinstance(atom, Address):
        return None
    now = state.surroundings
    for cls in thing.cls:
        name = cls.name if isinstance(cls, Library) else ""
        if name == placement.DEVICE_CLASS:
            story = begin(atom.span, "made under a default device")
            return replace(now, device=placement.device_from(state, value_of(atom), UNSEEN, story))
        if name in AUTOCAST:
            return _autocast(state, thing, now, atom)
        if name in FAKE:
            story = begin(atom.span, "tensors made under this mode hold no data")
            return replace(now, fake=trait("FakeTensor", story))
        if name == COMPILE or name in NOT_COMPILED:
            return replace(now, compiled=YES if name == COMPILE else NO)
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


def lowered(state: State, name: str, dtype: Dtype, device: Trait) -> Dtype:
    """The dtype of a result of `name` under autocast; `dtype` is what it would be without."""
    around = state.surroundings
    if around.lowers == PLAIN or dtype.is_integer or dtype.family is Family.COMPLEX:
        return dtype
    if name not in LOWERED:
        if dtype.narrow == PLAIN or name in KEPT:
            return dtype
        return Dtype(dtype.family, Trait(dtype.narrow.held.join(NO), dtype.narrow.names))
    if dtype.family is Family.FLOAT and dtype.narrow == PLAIN:
        return Dtype(Family.UNKNOWN)  # double precision stays
    held = around.lowers.held.both(_covers(around.lowers_on, device))
    if held == NO:
        return dtype
    return Dtype(Family.FLOAT, Trait(held, around.lowers.names, around.lowers.story))


def _covers(devices: frozenset[str], device: Trait) -> Belief:
    """Whether autocast for these devices sees a tensor that is there."""
    if len(devices) != 1:
        return Belief(Truth.YES, Truth.MAYBE)
    if devices == {"cpu"}:
        return device.held.opposite()
    return device.held if devices & device.names or not device.names else NO


def set_default(call: LibraryCall) -> None:
    """`torch.set_default_dtype(…)` and `torch.set_default_device(…)`."""
    state = call.state
    given: Value = call.arguments.get(0) or frozenset()
    story = begin(call.span, f"`{call.shown}(…)` is called here")
    if call.name == "torch.set_default_dtype":
        dtype = placement.dtype_from(state, given, Dtype.FLOAT32, story)
        state.surroundings = replace(state.surroundings, dtype=dtype)
    else:
        device = placement.device_from(state, given, PLAIN, story)
        state.surroundings = replace(state.surroundings, device=device)


DEFAULTS = frozenset({"torch.set_default_dtype", "torch.set_default_device"})
