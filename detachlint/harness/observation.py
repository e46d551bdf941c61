"""What a run of a program under PyTorch showed: values that travel between processes as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from detachlint.domain.traits import Check
from detachlint.source.span import Span

NUMPY_CROSSINGS = ("numpy", "__array__", "__dlpack__")
"""The methods that all of NumPy, and every library that hands a tensor to it, goes through."""

_GRAD_ERROR = re.compile(r"requires? grad")
"""Part of every PyTorch message about a crossing refused because of autograd, `numpy()`'s since 0.4
("… on Tensor that requires grad") as well as DLPack's ("… tensors that require gradient")."""


_REFUSALS: tuple[tuple[re.Pattern[str], Check], ...] = (
    (re.compile("uninitialized parameter"), Check.UNINITIALIZED),
    (re.compile("not supported for tensor subclasses"), Check.SUBCLASS),
    (re.compile("layout tensor to numpy"), Check.LAYOUT),
    (re.compile("device type tensor to numpy|Cannot copy out of meta tensor"), Check.DEVICE),
    (_GRAD_ERROR, Check.GRAD),
    (re.compile("conjugate bit"), Check.CONJUGATE),
    (re.compile("negative bit"), Check.NEGATIVE),
    (re.compile("unsupported ScalarType"), Check.DTYPE),
    (re.compile("doesn't have storage|NestedTensorImpl doesn't support"), Check.STORAGE),
)
"""Parts of the messages of torch 2.13, by what is refused."""


def refused_check(message: str) -> Check | None:
    """Which check of `numpy()` an exception's message comes from; None if from none of them."""
    return next((check for pattern, check in _REFUSALS if pattern.search(message)), None)


def is_grad_refusal(message: str) -> bool:
    """Whether an exception's message is that of a crossing refused because of autograd."""
    return _GRAD_ERROR.search(message) is not None


def message_of(error: BaseException) -> str:
    """The text of an exception; empty if it cannot be printed, which a program may well define."""
    try:
        return str(error)
    except Exception:
        return ""


class Verdict(Enum):
    """How a run ended."""

    FINISHED = "finished"
    """The program ran to its end, or to the exception in `Observation.error`."""
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"
    """It wrote more than it may."""
    PROCESSES = "processes"
    """It had more processes at a time than it may."""
    DIED = "died"
    """Its process ended before the program did: a crash, a signal, `os._exit`."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Equal crossings at one place of the program: how a tensor became NumPy data there.

    `filename` and `line` are those of the innermost frame that belongs to the program; a crossing
    with no such frame has `filename` "" and `line` 0. `span` is the call expression, in bytes as in
    `ast`; None where the interpreter does not know it (before Python 3.11). `digest` identifies the
    array, and is "" unless asked for.
    """

    method: str
    filename: str
    line: int
    span: Span | None
    requires_grad: bool
    grad_mode: bool
    is_leaf: bool
    grad_fn: str | None
    device: str
    dtype: str
    layout: str
    outcome: str
    """Either "ok" or the name of the exception's type."""
    message: str = ""
    digest: str = ""
    count: int = 1

    @property
    def refused(self) -> Check | None:
        """What PyTorch refused; None if nothing, or something that `numpy()` does not look at."""
        return None if self.outcome == "ok" else refused_check(self.message)

    @property
    def refused_for_grad(self) -> bool:
        """Whether PyTorch raised because the tensor requires grad (not for its device, say)."""
        return self.outcome != "ok" and is_grad_refusal(self.message)

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Crossing:
        """The crossing that `dataclasses.asdict` and JSON made this of."""
        return cls(**{**entry, "span": _span(entry["span"])})


@dataclass(frozen=True, slots=True)
class Uncaught:
    """The exception that ended a process, at the program's line that it left last (see `Crossing`
    for the place)."""

    type: str
    message: str
    filename: str
    line: int
    span: Span | None

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Uncaught:
        """The value that `dataclasses.asdict` and JSON made this of."""
        return cls(**{**entry, "span": _span(entry["span"])})


@dataclass(frozen=True, slots=True)
class Reveal:
    """One call of `reveal_grad`: `requires_grad` of the tensor, None for anything else."""

    line: int
    requires_grad: bool | None


@dataclass(frozen=True, slots=True)
class ProgramError:
    """The exception that ended a program; `line` is 0 if none of the program's lines was left."""

    type: str
    message: str
    line: int


@dataclass(frozen=True, slots=True)
class Observation:
    """All that was seen of one run.

    Crossings are in the order of their first occurrence, those of other processes than the program's
    own behind these in the order of their places. Those of a program that was ended from outside, or
    ended itself without Python's leave, are in the order of their places, too.
    """

    verdict: Verdict
    detail: str = ""
    """The verdict in words, empty for `FINISHED`."""
    crossings: tuple[Crossing, ...] = ()
    reveals: tuple[Reveal, ...] = ()
    error: ProgramError | None = None
    gradients: tuple[str, ...] = ()
    """One digest of the gradients of all leaves after each backward pass and at the end, if asked for;
    an exception that ends the program leaves the last one out."""
    stdout: str = ""
    stderr: str = ""
    seconds: float = field(default=0.0, compare=False)

    def crossings_at(self, line: int) -> tuple[Crossing, ...]:
        """The crossings made at `line` of the program."""
        return tuple(crossing for crossing in self.crossings if crossing.line == line)

    def refused_lines(self) -> frozenset[int]:
        """The lines where PyTorch refused a tensor because it requires grad."""
        return frozenset(c.line for c in self.crossings if c.refused_for_grad)

    def to_json(self) -> dict[str, Any]:
        """A value that `json.dumps` takes and `from_json` turns back into an equal observation."""
        return {**asdict(self), "verdict": self.verdict.value}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Observation:
        """The observation that `to_json` wrote. KeyError or TypeError if it did not write this."""
        error = value["error"]
        return cls(
            verdict=Verdict(value["verdict"]),
            detail=value["detail"],
            crossings=tuple(Crossing.from_json(entry) for entry in value["crossings"]),
            reveals=tuple(Reveal(**entry) for entry in value["reveals"]),
            error=None if error is None else ProgramError(**error),
            gradients=tuple(value["gradients"]),
            stdout=value["stdout"],
            stderr=value["stderr"],
            seconds=value["seconds"],
        )


def _span(fields: Sequence[int] | None) -> Span | None:
    if fields is None:
        return None
    line, column, end_line, end_column = fields[:4]
    return Span(line, column, end_line, end_column)
