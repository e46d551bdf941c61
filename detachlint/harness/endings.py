"""How a program ended, and what came through its pipes, as one observation."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from detachlint.harness.channels import Channels, is_complete
from detachlint.harness.journal import read_journals
from detachlint.harness.limits import Limits
from detachlint.harness.observation import Observation, Verdict


@dataclass(frozen=True, slots=True)
class Ending:
    """How a program was seen to end."""

    verdict: Verdict
    detail: str = ""


def observation_of(
    ending: Ending, child: int, channels: Channels, journals: Path, limits: Limits, seconds: float
) -> Observation:
    """What was observed of a program, whose own process was `child`, in so many seconds.

    Its own crossings are in its result, if it has come to that; else in its journal, as those of all
    other processes are.
    """
    if ending.verdict is Verdict.DIED and is_complete(channels.result):
        ending = Ending(Verdict.FINISHED)  # it had sent its result before it was seen to end
    fields = _EMPTY
    if ending.verdict is Verdict.FINISHED:
        try:
            fields = _fields(channels.result.text())
        except (ValueError, TypeError, AttributeError):
            # The program wrote into a pipe that is none of its business.
            ending = Ending(Verdict.DIED, "spoilt the result of the observation")
    is_known = ending.verdict is Verdict.FINISHED
    others = read_journals(journals, besides=child if is_known else None).crossings
    if _ran_out_of_memory(fields["error"]):
        ending = Ending(Verdict.MEMORY, too_much_memory(limits))
    return Observation.from_json(
        {
            **fields,
            "crossings": [*fields["crossings"], *map(asdict, others)],
            "verdict": ending.verdict.value,
            "detail": ending.detail,
            "stdout": channels.stdout.text(limits.output),
            "stderr": channels.stderr.text(limits.output),
            "seconds": seconds,
        }
    )


_EMPTY: dict[str, Any] = {"crossings": (), "reveals": (), "error": None, "gradients": ()}
"""The fields of an observation that the program's own process knows, where it could not tell them."""


def _fields(text: str) -> dict[str, Any]:
    """What the program's own process has sent at its end. ValueError or AttributeError if that is
    not what the text is."""
    fields: dict[str, Any] = json.loads(text)
    if fields.keys() != _EMPTY.keys():
        raise ValueError("not the result of an execution")
    return fields


def too_much_memory(limits: Limits) -> str:
    """The detail of the verdict `MEMORY`."""
    return f"needed more than {limits.memory} bytes"


def _ran_out_of_memory(error: dict[str, Any] | None) -> bool:
    # PyTorch's allocator raises RuntimeError("[enforce fail at alloc_cpu.cpp:…] … can't allocate
    # memory …"), Python and NumPy a MemoryError (NumPy a subclass of it, named with an underscore).
    return error is not None and (
        error["type"].endswith("MemoryError") or "can't allocate memory" in error["message"]
    )
