"""The vocabulary of facts: what a callable, a module or a class does to the grad state.

Facts describe PyTorch with its defaults on a CPU. Each was made by executing the callable with
float inputs that require grad, again under `no_grad`, and once more with a double-precision input
(`detachlint.harness.probe`), unless its evidence says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import TypeAlias

from detachlint.knowledge.gates import NumpyFact
from detachlint.source.value_class import value_class


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
    KEPT = "kept"
    """Of what an object gives: it was there before (kept by it, or given), so it has the flag of then;
    a view of none of the tensors the object was made of."""


@value_class(frozen=True, slots=True)
class Form:
    """Arguments that ask for an output more each: of the outputs, the last ones are theirs.

    A single one that is left comes out by itself. Where outputs are repeated, the argument asks for
    all of them in place of one.
    """

    asked: str
    """`"given"`: where it is given; `"true"`: where it is true; `"several"`: where several tensors are
    given, one by one or in a list."""
    arguments: tuple[str, ...]


@value_class(frozen=True, slots=True)
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
    each: bool
    """Of what is repeated: there is one output for each tensor given, made of that one alone."""
    python_type: str
    """For a single `Result.PYTHON`: `"bool"`, `"int"`, `"NoneType"`, `"torch.Size"`, …"""
    aliasing: Aliasing
    perhaps_self: bool
    """Of what is not always argument 0: where there is nothing to do, it may be."""
    in_place: bool
    """Writes argument 0 and returns it. Where only a flag asks for it, see `parameters`."""
    rejects: tuple[str, ...]
    """Arguments, by position or else by name, that raise when they require grad (in grad mode)."""
    factory: bool
    """Takes `requires_grad=`."""
    special: str
    """The odd case a Python function has to handle (see `SPECIAL_CASES`), mostly `""`."""
    form: Form | None
    """On which arguments it depends what comes out, where it depends on any."""
    calls: str
    """Of what calls the function it is given: in which grad mode, and what it hands over (see
    `CALLS`); else `""`."""
    ambient: str
    """What it asks or changes beside its arguments: see `AMBIENT`; mostly `""`."""
    dtype: str
    """Of output 0: `"same"` (the input's), `"argument"` (`dtype=` decides; else the input's, or the
    default dtype where there is no input) or fixed: `"float16"`, `"int64"`, `"bool"`, …"""
    undecided: str
    """The dtype where nothing asks for one, of what is not made of tensors: `"int64"`, `"numbers"`
    (as the numbers it is made of) or `""` (the default dtype)."""
    device: str
    """`"same"` (the input's), `"argument"` (`device=` decides), `"cpu"` or `"cuda"`."""
    host: tuple[int, ...]
    """Outputs that may be on the CPU where the inputs are not (`batch_sizes` of packed sequences)."""
    conjugated: tuple[int, ...]
    """Outputs, of several, whose conjugate bit is set where the input is complex (`V` of `svd`)."""
    parameters: tuple[str, ...]
    """The names of the parameters in order, given where one of `inplace`, `training`, `copy`, or
    one that `special` looks at decides what comes out; the names of the first ones where what they
    are matters and `input` is not their name; else empty."""
    idle: bool
    """`training` is false where it is not given, and then there is nothing to do."""
    ignored: tuple[int, ...]
    """Positions of float tensor arguments whose flag does not matter (`expand_as`: 1)."""
    apart: tuple[tuple[int, ...], ...]
    """By output, the positions whose flags matter to other outputs, and not to this one; empty where
    all outputs depend on the same."""
    attribute: bool
    """It is read (`t.T`), not called."""
    depends: tuple[str, ...]
    """On what it depends whether the output is new, for `Aliasing.SOMETIMES`: the `"layout"`, the
    `"dtype"` or the `"device"` of the input, something about the `"call"`, or whether the input is
    of the `"kind"` already that comes out (`to_sparse` of a sparse tensor)."""
    traits: Mapping[str, str]
    """What becomes of layouts, lazy bits, wrappers and dtypes, where it is not the rule: see
    `TRAITS`."""
    keeps: tuple[str, ...]
    """`"sparse"`, `"nested"`, `"masked"`: gives such a tensor for such a one."""
    evidence: str
    """Where the executed calls came from (`op_db`, `stub`, `hand`, …); `read` where none could be
    executed on a CPU."""


SPECIAL_CASES: Mapping[str, str] = {
    "as_tensor": "one tensor: a view or copy that keeps the flag; a list or number: a plain tensor",
    "asarray": "one tensor: the result has its flag, whatever the grad mode; a list: plain",
    "autograd_grad": "the gradients require grad only if `create_graph` is true",
    "backward": "writes `.grad` of leaves; the gradients require grad only if `create_graph` is true",
    "callback": "calls the function it is given, or gives one that does, as `calls` says",
    "checkpoint": "calls the function; a reentrant one with grad mode off, and again in `backward`",
    "einsum": "one tensor, of which nothing is summed: a view; else fresh memory",
    "deepcopy": "a copy with the flag of the original, whatever the grad mode",
    "from_pretrained": "a module whose parameters require grad iff `freeze` is false",
    "functional_call": "calls the module with other parameters",
    "getitem": "a view for basic indices (int, slice, None, …), a copy for tensors and lists",
    "gives_argument": "gives back the module or function it is given, or a version of it",
    "gradient_attribute": "`.grad` of a leaf, or None; requires grad only if `create_graph` was true",
    "leaf": "a leaf that shares memory: requires grad iff `requires_grad`, by default if it is a "
    "parameter, or else propagates",
    "legacy_constructor": "one tensor: a view that keeps the flag; sizes, lists: a plain tensor",
    "load": "what was saved, flags included; where that is out of sight, anything",
    "save": "from now on, the file (argument 1) holds argument 0",
    "module_load": "writes its argument into argument 0, or takes that (`assign`); gives it detached",
    "requires_grad_": "sets the flag of argument 0 to `requires_grad` (default true), returns it",
    "tensor": "copies data without history: float unless dtype or data say otherwise",
    "to": "casts or moves: integer for an integer dtype; argument 0 itself where nothing changes",
    "type": "the name of the type iff called without `dtype`; else like `to`",
    "view": "a view; reinterprets the memory where a dtype is given (never requires grad then)",
    "where": "three arguments: propagates from the last two; one: a tuple of integer tensors",
}
"""The values of `CallFact.special` and what has to be done about them."""

CALLS: Mapping[str, str] = {
    "as-it-is": "in the grad mode at hand, with what it was given for it",
    "leaves": "with grad mode on, with leaves of its own that require grad",
    "no-grad": "with grad mode off",
    "wrapped": "with wrappers around slices, which hold no memory and require no grad",
    "wrapped-leaves": "with wrappers around its first argument, which hold no memory and require grad",
    "wrapped-leaves-and-value": "with such wrappers; what the function gives comes out, too",
    "wrapped-duals": "with such wrappers, which require no grad, and carry a tangent",
    "hook-gradient": "in `backward`, with grad mode off, with the gradient, which requires none",
    "hook-itself": "in `backward`, with grad mode off, with the tensor itself",
    "compiled": "compiled: NumPy is traced there, and no tensor is converted",
    "not-compiled": "as it stands, within compiled code, too",
}
"""The values of `CallFact.calls`."""

AMBIENT: Mapping[str, str] = {
    "grad-mode": "answers whether grad mode is on",
    "tensor": "answers whether it is given a tensor",
    "machine": "answers something about the machine, the same whenever it is asked",
    "sets-dtype": "sets the default dtype",
    "sets-device": "sets the default device",
    "sets-tensor-type": "sets the default dtype, and where tensors of the default type are",
}
"""The values of `CallFact.ambient`."""

TRAITS: Mapping[str, Mapping[str, str]] = {
    "complex": {
        "real": "gives a real tensor for a complex one (the rule: a complex one)",
        "varies": "gives one or the other",
        "makes": "gives a complex tensor for a real one",
    },
    "layout": {
        "sparse": "gives a sparse tensor (of coordinates) for a strided one",
        "sparse_csr": "gives a sparse tensor of compressed rows",
        "sparse_csc": "gives a sparse tensor of compressed columns",
        "sparse_bsr": "the same as rows of blocks",
        "sparse_bsc": "the same as columns of blocks",
        "argument": "gives a sparse tensor as `layout` says, by default one of coordinates",
        "mkldnn": "gives one of MKLDNN's layout for a strided one",
        "nested": "gives a nested tensor for others",
        "masked": "gives a masked tensor for others",
        "strided": "gives a strided tensor for a sparse one",
        "beside": "the same beside a strided one; of sparse ones alone it gives a sparse one",
        "whole": "gives one where no `dim` is given; else mostly a sparse one",
    },
    "order": {
        "varies": "a view whose elements may lie in another order than they count, or with gaps",
    },
    "mixed": {
        "first": "has the dtype of the first tensor, whatever the others are (the rule: none is lost)",
        "widens": "of whole numbers beside floats, it may be of the default dtype, whatever the floats "
        "are",
        "whole": "of whole numbers beside floats, it may be of whole numbers, too",
    },
    "integers": {
        "flag": "of what writes: a target of whole numbers requires grad, too, where something that is "
        "written does (the rule: it takes the values alone)",
        "perhaps": "the same, depending on the call",
    },
    "conj": {
        "sets": "sets the conjugate bit (or clears it), copying nothing",
        "of-real": "sets the bit of what it makes of a real tensor",
        "perhaps-of-real": "the same, depending on the call",
        "of-both": "sets the bit where the two tensors it is given have it both",
        "perhaps-of-both": "the same, depending on the call (of vectors, not of matrices)",
        "of-second": "sets the bit where the second of two tensors has it, and the first has not",
        "perhaps-of-second": "the same, depending on the call",
        "clears": "resolves the conjugate bit; where there is none it may copy nothing",
    },
    "neg": {
        "sets": "sets the negative bit, of a conjugated tensor",
        "clears": "resolves the negative bit; where there is none it may copy nothing",
    },
    "autocast": {
        "lowers": "computes float32 in the lower precision",
        "sometimes": "computes it there, depending on the call",
        "raises": "computes the lower precision in float32 (the rule: in what it finds)",
    },
    "inference": {
        "keeps": "keeps the flag of argument 0 in inference mode (it would not under `no_grad`)",
    },
    "parameter": {
        "computes": "of the module that it gives back: a parameter is computed of others, now and "
        "whenever the module is called",
        "computes-when-called": "the same, but not yet: until a call it is what it was, detached",
        "computes-when-read": "the same, but whenever it is read, and then alone",
        "restores": "what was computed of others is a parameter again",
        "restores-recorded": "the same while grad mode is on; else it may be left as it is computed then",
    },
    "needs": {
        "flag": "of a method: raises of a tensor that does not require grad",
    },
    "tells": {
        "flag": "of an attribute: whether the tensor requires grad",
        "leaf": "whether it is a leaf",
        "history": "what computed it, None of a leaf",
        "data": "its values, which may be replaced by those of another tensor",
        "device": "whether it is on a certain device other than the CPU",
        "host": "whether it is on the CPU",
        "sparse": "whether it is sparse, of coordinates",
        "sparse_csr": "whether it is sparse, of compressed rows",
        "mkldnn": "whether it is of MKLDNN's layout",
        "quantized": "whether it is quantized",
        "float": "of a method: whether its numbers are floats",
        "complex": "whether they are complex",
        "conj": "whether its conjugate bit is set",
        "neg": "whether its negative bit is set",
    },
}
"""The keys and values of `CallFact.traits`, executed (autocast: of the CPU)."""


@value_class(frozen=True, slots=True)
class FlagFact:
    """A boolean argument of a constructor, and its value when it is not given."""

    name: str
    default: bool


@value_class(frozen=True, slots=True)
class ParameterFact:
    """One parameter that a module registers on construction: iff all of `flags` are true."""

    name: str
    flags: tuple[FlagFact, ...] = ()


@value_class(frozen=True, slots=True)
class Output:
    """A node of a module's output: a leaf with a `result`, or a tuple of `items`."""

    result: Result | None
    items: tuple[Output, ...] = ()
    fields: tuple[str, ...] = ()
    """Names of the items, where they have any."""
    flag: str = ""
    """Of a tuple, a constructor argument: where it is false, `items[0]` comes out alone. Of a leaf, a call
    argument that is true by default: where it is false, None comes out."""


@value_class(frozen=True, slots=True)
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
    perhaps_self: bool
    """As `CallFact.perhaps_self`."""
    depends: tuple[str, ...]
    """As `CallFact.depends`."""
    in_place_flag: str
    """The constructor argument that makes the call write its input, or `""`."""
    container: str
    """`"sequential"`, `"list"`, `"dict"`, `"module"` (runs the module it was given), `"copy"` (runs a
    copy of it) or `""`."""
    wraps: bool
    """Plain tensors that it is given become parameters."""
    autocast: str
    """What `CallFact.traits` says under that key."""
    mixed: str
    """The same."""
    is_loss: bool
    lazy: bool
    """Its parameters have no data before it is called."""
    children: tuple[str, ...]
    """Names of attributes that are modules themselves (of `Transformer`: `encoder`, …)."""
    buffers: tuple[str, ...]
    """Names of registered buffers (they never require grad)."""
    evidence: str


@value_class(frozen=True, slots=True)
class MethodFact:
    """A method or attribute of a class of which only the results matter."""

    name: str
    result: Result
    aliasing: Aliasing
    """Other than `FRESH`: made when the object was made; grad mode at the read does not matter.
    `SELF` of what is no tensor: an object of the same kind, made of the same tensors (`expand`); with a
    word that begins with `OF`, the object that it was given under that name, or one like it."""
    attribute: bool
    behaviour: str = ""
    """What a method of modules, optimizers or contexts does, if that is known: see
    `MODULE_METHODS`, `OPTIMIZER_METHODS` and `CONTEXT_METHODS`. Or a word that begins with `OF`."""
    lost: str = ""
    """Of which tensors something was computed when the object was made, so that their flags are lost on
    the result where grad mode was off then: `ALL_LOST`, names joined by `+`, or `SOME_LOST`."""


OF = "of-"
"""Begins the word for what depends on some of the tensors that its object was made of, and not on
all: `of-loc+scale` are their names."""
OF_SOME = f"{OF}some"
"""On which is not known."""

ALL_LOST = "all"
SOME_LOST = "some"
"""`MethodFact.lost` where all flags are lost, and where it is not known which."""

MODULE_METHODS: Mapping[str, str] = {
    "adds-buffer": "registers a buffer under a name",
    "adds-module": "registers a module under a name",
    "adds-parameter": "registers a parameter under a name",
    "applies": "calls a function with each module below, in the grad mode at hand",
    "backward-hook": "has a function called in `backward`, with grad mode off, with gradients",
    "backward-pre-hook": "the same, before the gradients of its inputs are known",
    "buffers": "lists all buffers",
    "calls": "gives what the module computes",
    "casts": "changes dtype or device of the parameters in place, as its arguments say",
    "casts-": "changes the dtype of the parameters in place to the one named",
    "children": "lists the modules directly below",
    "clears-gradients": "sets the gradients to None",
    "evaluation": "sets `training` of all modules below to false",
    "forward-hook": "has a function called after `forward`, in the grad mode at hand",
    "forward-pre-hook": "the same before `forward`",
    "loads-state": "copies values into parameters and buffers",
    "module-by-name": "gives the module of a dotted name",
    "modules": "lists itself and all modules below",
    "moves-": "moves the parameters in place to the device named",
    "named-buffers": "lists names and buffers",
    "named-children": "lists names and modules directly below",
    "named-modules": "lists names and all modules",
    "named-parameters": "lists names and parameters",
    "parameter-by-name": "gives the parameter of a dotted name",
    "parameters": "lists all parameters",
    "sets-flags": "sets `requires_grad` of all parameters, by default to true",
    "state": "a dict of detached tensors that share memory with parameters and buffers",
    "training": "sets `training` of all modules below, by default to true",
}
"""The values of `MethodFact.behaviour`, executed; a dtype or device follows those that end in `-`."""


OPTIMIZER_METHODS: Mapping[str, str] = {
    "step-post-hook": "has a function called after each step, in the grad mode at hand",
    "step-pre-hook": "the same before each step",
    "steps": "calls the closure it is given with grad mode on",
}
"""The values of `MethodFact.behaviour` of methods of optimizers, executed."""


CONTEXT_METHODS: Mapping[str, str] = {
    "not-differentiable": "has outputs of a custom function come out without a flag",
    "saves": "keeps tensors for `backward`, where `saved_tensors` gives them",
}
"""The values of `MethodFact.behaviour` of methods of a custom function's context, executed."""


class GradMode(Enum):
    """The kind of a class that changes the grad mode (and inference mode) of the code inside."""

    OFF = "grad mode off"
    ON = "grad mode on"
    SET = "grad mode as told"
    """As its argument says, and already when it is made."""
    INFERENCE = "inference mode"
    """Off, and inference mode on, unless its argument is false."""


@value_class(frozen=True, slots=True)
class ClassFact:
    """A class outside `torch.nn` (`torch.distributions.*`, `torch.optim.*`, …).

    `Result.PROPAGATE` of a method means: requires grad iff grad mode is on and some tensor argument
    of the method or of the constructor requires grad.
    """

    name: str
    kind: str
    """`"distribution"`, `"transform"`, `"optimizer"`, `"module"` (its methods), … or the value of a
    `GradMode`."""
    positions: tuple[str, ...]
    """The names of the constructor's parameters, in order."""
    methods: Mapping[str, MethodFact]
    evidence: str
    defaults: Mapping[str, float] = field(default_factory=dict)
    """Those that are a number where they are not given."""


Fact: TypeAlias = CallFact | ModuleFact | ClassFact | NumpyFact
