"""The vocabulary of facts: what a callable, a module or a class does to the grad state.

Facts describe PyTorch with its defaults on a CPU. Each was made by executing the callable with
float inputs that require grad, again under `no_grad`, and once more with a double-precision input
(`detachlint.harness.probe`), unless its evidence says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class Result(Enum):
    """What one output of a call is."""

    PROPAGATE = "propagate"
    """A float or complex tensor: requires grad iff grad mode is on and some float tensor argument
    (of a module also: some parameter) does. It is an integer tensor where all arguments are."""
    NEVER = "never"
    """A float tensor that never requires grad, unless `requires_grad=` of a factory says so."""
    INTEGER = "integer"
    """An integer or bool tensor, which cannot require grad."""
    PYTHON = "python"
    """No tensor at all: a number, bool, str, list of numbers, None, size, …"""


class Aliasing(Enum):
    """Whether an output shares memory with argument 0.

    It decides two things: whether the flag survives `no_grad` (a view or the argument itself keeps
    it, whatever the grad mode; not for `Result.NEVER`, where only the memory is shared, as by
    `detach`), and whether a NumPy array of the output is an array of the argument.
    """

    FRESH = "fresh"
    """New memory; the flag does not survive `no_grad`."""
    VIEW = "view"
    """A differentiable view of argument 0 (or of all tensor arguments): follows the base's flag."""
    SELF = "self"
    """Argument 0 itself."""
    SOMETIMES = "sometimes"
    """View, argument or fresh, depending on shape, dtype, layout, device or a flag."""


@dataclass(frozen=True, slots=True)
class CallFact:
    """What a call of a function, a tensor method or (the read of) a tensor attribute gives."""

    name: str
    """Canonical dotted name: `torch.relu`, `torch.Tensor.max`, `torch.nn.functional.dropout`."""
    results: tuple[Result, ...]
    """One per output, of the form with the most outputs; never empty."""
    sequence: str
    """`""` for a single output, else `"tuple"` or `"list"` (struct sequences are tuples)."""
    fields: tuple[str, ...]
    """The names of the outputs of a struct sequence: `("values", "indices")`."""
    repeated: bool
    """A variable number of outputs, all like `results[0]` (`split`, `chunk`, `unbind`, …)."""
    python_type: str
    """For a single `Result.PYTHON`: `"bool"`, `"int"`, `"NoneType"`, `"torch.Size"`, …"""
    aliasing: Aliasing
    in_place: bool
    """Writes argument 0 and returns it. Where only a flag asks for it, see `parameters`."""
    rejects_grad: bool
    """Raises when argument 0 requires grad (in grad mode)."""
    factory: bool
    """Takes `requires_grad=`."""
    special: str
    """The odd case a Python function has to handle (see `SPECIAL_CASES`), mostly `""`."""
    dtype: str
    """Of output 0: `"same"` (the input's), `"argument"` (`dtype=` decides; else the input's, or the
    default dtype where there is no input) or fixed: `"float16"`, `"int64"`, `"bool"`, …"""
    device: str
    """`"same"` (the input's), `"argument"` (`device=` decides), `"cpu"` or `"cuda"`."""
    parameters: tuple[str, ...]
    """The names of the parameters in order, given where one of `inplace`, `training`, `copy`, or
    one that `special` looks at decides what comes out; else empty."""
    ignored: tuple[int, ...]
    """Positions of float tensor arguments whose flag does not matter (`expand_as`: 1)."""
    attribute: bool
    """It is read (`t.T`), not called."""
    evidence: str
    """Where the executed calls came from (`op_db`, `stub`, `hand`, …); `read` where none could be
    executed on a CPU."""


SPECIAL_CASES: Mapping[str, str] = {
    "as_tensor": "one tensor: a view or copy that keeps the flag; a list or number: a plain tensor",
    "asarray": "one tensor: the result has its flag, whatever the grad mode; a list: plain",
    "atleast": "one tensor in, one tensor out; several in, a tuple of as many out",
    "autograd_grad": "the gradients require grad iff `create_graph` is true",
    "backward": "writes `.grad` of leaves; the gradients require grad iff `create_graph` is true",
    "callback": "calls the function it is given; what comes out is up to that function",
    "callback_wraps": "gives a function that calls the one it is given",
    "deepcopy": "a copy with the flag of the original, whatever the grad mode",
    "dim": "a struct sequence iff `dim` is given (an int second argument, too); else output 0",
    "einsum": "copies, but is a view where the equation only permutes (`ij->ji`)",
    "flag": "all outputs iff `return_indices` (`get_infos`) is true; else output 0",
    "getitem": "a view for basic indices (int, slice, None, …), a copy for tensors and lists",
    "gives_argument": "gives back the module or function it is given, or a version of it",
    "gradient_attribute": "`.grad` of a leaf, or None; requires grad iff `create_graph` was true",
    "legacy_constructor": "one tensor: a view that keeps the flag; sizes, lists: a plain tensor",
    "load": "whatever was saved, flags included",
    "new": "like `legacy_constructor`",
    "nonzero": "an integer tensor; a tuple of them iff `as_tuple` is true",
    "parameter": "a Parameter: requires grad iff `requires_grad` (default true)",
    "requires_grad_": "sets the flag of argument 0 to `requires_grad` (default true), returns it",
    "requires_grad_attribute": "the flag itself",
    "saved_module": "a module that was saved or described in a file",
    "size": "a torch.Size, or an int iff `dim` is given",
    "storage": "the storage: shares memory with the tensor and knows no grad",
    "tensor": "copies data without history: float unless dtype or data say otherwise",
    "to": "casts or moves: integer for an integer dtype; argument 0 itself where nothing changes",
    "type": "the name of the type iff called without `dtype`; else like `to`",
    "unique": "output 0, in a tuple with inverse and counts where their flags are true",
    "view": "a view; reinterprets the memory where a dtype is given (never requires grad then)",
    "variable": "a plain tensor that shares memory; requires grad iff `requires_grad` is true",
    "where": "three arguments: propagates from the last two; one: a tuple of integer tensors",
}
"""The values of `CallFact.special` and what has to be done about them."""


@dataclass(frozen=True, slots=True)
class FlagFact:
    """A boolean argument of a constructor, and its value when it is not given."""

    name: str
    default: bool


@dataclass(frozen=True, slots=True)
class ParameterFact:
    """One parameter that a module registers on construction: iff all of `flags` are true."""

    name: str
    flags: tuple[FlagFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """A node of a module's output: a leaf with a `result`, or a tuple of `items`."""

    result: Result | None
    items: tuple[Output, ...] = ()
    fields: tuple[str, ...] = ()
    """Names of the items, where they have any."""
    flag: str = ""
    """A constructor or call argument: where it is false, `items[0]` comes out alone."""


@dataclass(frozen=True, slots=True)
class ModuleFact:
    """A class of `torch.nn`."""

    name: str
    parameters: tuple[ParameterFact, ...]
    """`*` in a name stands for a family (`weight_ih_l0`, …); `"*"` for those of its own modules."""
    positions: tuple[str, ...]
    """The names of the constructor's parameters, in order."""
    output: Output
    """What a call gives; `Result.PROPAGATE` includes the flags of the module's parameters."""
    aliasing: Aliasing
    """Of the output with the input."""
    in_place_flag: str
    """The constructor argument that makes the call write its input, or `""`."""
    container: str
    """`"sequential"`, `"list"`, `"dict"`, `"module"` (runs the modules it was given) or `""`."""
    is_loss: bool
    children: tuple[str, ...]
    """Names of attributes that are modules themselves (of `Transformer`: `encoder`, …)."""
    buffers: tuple[str, ...]
    """Names of registered buffers (they never require grad)."""
    evidence: str


@dataclass(frozen=True, slots=True)
class MethodFact:
    """A method or attribute of a class of which only the results matter."""

    name: str
    result: Result
    aliasing: Aliasing
    """Other than `FRESH`: made when the object was made; grad mode at the read does not matter."""
    attribute: bool


class GradMode(Enum):
    """The kind of a class that changes the grad mode (and inference mode) of the code inside."""

    OFF = "grad mode off"
    ON = "grad mode on"
    SET = "grad mode as told"
    """As its argument says, and already when it is made."""
    INFERENCE = "inference mode"
    """Off, and inference mode on, unless its argument is false."""


@dataclass(frozen=True, slots=True)
class ClassFact:
    """A class outside `torch.nn` (`torch.distributions.*`, `torch.optim.*`, …).

    `Result.PROPAGATE` of a method means: requires grad iff grad mode is on and some tensor argument
    of the method or of the constructor requires grad.
    """

    name: str
    kind: str
    """`"distribution"`, `"optimizer"`, `"module"` (its methods) or the value of a `GradMode`."""
    positions: tuple[str, ...]
    """The names of the constructor's parameters, in order."""
    methods: Mapping[str, MethodFact]
    evidence: str


class Gate(Enum):
    """By which way a NumPy function gets at the values of a tensor it is handed."""

    CONVERTS = "converts"
    """`__array__`: raises RuntimeError iff the tensor requires grad and grad mode is on."""
    SCALAR = "scalar"
    """`__float__`, `__int__`, `__bool__`, …: works for one element, the gradient is dropped."""
    DELEGATES = "delegates"
    """The tensor's own method or operator: a tensor comes out, the graph is kept."""
    REJECTS = "rejects"
    """Raises something else, whether or not the tensor requires grad."""
    SWALLOWS = "swallows"
    """`__array__` raises, but the function hides that and answers wrongly (`array_equal`)."""
    EXPORTS = "exports"
    """DLPack: raises BufferError iff the tensor requires grad, in whatever grad mode."""
    DEFERRED = "deferred"
    """Keeps the tensor and converts it later, when it is drawn: raises there, not here."""
    KEEPS = "keeps"
    """Does not look at the values (`np.shape`), or stores the tensor as an object."""


@dataclass(frozen=True, slots=True)
class NumpyFact:
    """What a function of NumPy, or a method or operator of `numpy.ndarray`, does to tensors.

    Keys of `gates` are argument positions (of methods: 0 is the array), marked by what is there:
    `"0"` a tensor with dimensions, `"0s"` one without, `"0[]"` a list of tensors without
    dimensions.
    """

    name: str
    gates: Mapping[str, Gate]
    parameters: tuple[str, ...]
    """The names of the parameters by position, where Python knows them; `"*"` and `"**"` as such."""
    gives: str
    """What comes out when a tensor that does not require grad goes in at the first of the gates
    that accepts one: `"array"`, `"scalar"` (of NumPy), `"tensor"`, `"python"`, `"several"` or `""`
    where none does."""
    evidence: str

    def gate(self, position: int, mark: str = "") -> Gate | None:
        """The gate of an argument; `mark` is `""`, `"s"` or `"[]"`."""
        return self.gates.get(f"{position}{mark}")

    def position(self, keyword: str) -> int | None:
        """Which argument the keyword gives; with `**` in the signature, one like the last."""
        if keyword in self.parameters:
            return self.parameters.index(keyword)
        known = [int(key.rstrip("s[]")) for key in self.gates]
        return max(known, default=None) if "**" in self.parameters else None


Fact: TypeAlias = CallFact | ModuleFact | ClassFact | NumpyFact
