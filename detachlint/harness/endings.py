"""How a program ended, and what came through its pipes, as one observation."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from detachlint.harness.channels import Channels, is_complete
from detachlint.harness.journal import latest_counts
from detachlint.harness.limits import Limits
from detachlint.harness.observation import Observation, Verdict

_FIELDS = ("crossings", "reveals", "error", "gradients")
"""Those of an observation that the program's own process knows."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a program was seen to end."""

    verdict: Verdict
    detail: str = ""


def observation_of(
    ending: Ending, child: int, channels: Channels, limits: Limits, seconds: float
) -> Observation:
    """What was observed of a program, whose own process was `child`, in so many seconds."""
    sent = _lines(channels.sent.text())
    if ending.verdict is Verdict.DIED and is_complete(channels.result):
        ending = Ending(Verdict.FINISHED)  # it had sent its result before it was seen to end
    if ending.verdict is Verdict.FINISHED:
        try:
            fields = _fields(channels.result.text(), [e for e in sent if e.get("process") != child])
        except (ValueError, TypeError, KeyError, AttributeError):
            # The program wrote into a pipe that is none of its business.
            fields = _empty()
            ending = Ending(Verdict.DIED, "spoilt the result of the observation")
    else:
        fields = _fields_so_far(sent)
    if _ran_out_of_memory(fields["error"]):
        ending = Ending(Verdict.MEMORY, too_much_memory(limits))
    return Observation.from_json(
        {
            **fields,
            "verdict": ending.verdict.value,
            "detail": ending.detail,
            "stdout": channels.stdout.text(limits.output),
            "stderr": channels.stderr.text(limits.output),
            "seconds": seconds,
        }
    )


def _empty() -> dict[str, Any]:
    return {**dict.fromkeys(_FIELDS, ()), "error": None}


def _lines(text: str) -> list[dict[str, Any]]:
    """What processes have sent. A line may be cut off, or none of ours."""
    found = []
    for line in text.split("\n"):
        with contextlib.suppress(ValueError):
            entry = json.loads(line)
            found += [entry] if isinstance(entry, dict) else []
    return found


def _fields(text: str, others: list[dict[str, Any]]) -> dict[str, Any]:
    """The fields that the program's own process has sent at its end, with the crossings of others.

    ValueError, TypeError, KeyError or AttributeError if that is not what the text is.
    """
    fields = json.loads(text)
    if fields.keys() != set(_FIELDS):
        raise ValueError("not the result of an execution")
    return {**fields, "crossings": [*fields["crossings"], *_counted(others)]}


def _fields_so_far(sent: list[dict[str, Any]]) -> dict[str, Any]:
    """What is known of a program that was ended."""
    try:
        return {**_empty(), "crossings": list(_counted(sent))}
    except (ValueError, TypeError, KeyError, AttributeError):
        return _empty()


def _counted(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The crossings that processes have sent, those of each process by themselves."""
    by_process: dict[int, list[dict[str, Any]]] = {}
    for entry in entries:
        by_process.setdefault(entry["process"], []).append(entry)
    for sent in by_process.values():
        for crossing, count in latest_counts(sent).items():
            yield asdict(replace(crossing, count=count))


def too_much_memory(limits: Limits) -> str:
    """The detail of the verdict `MEMORY`."""
    return f"needed more than {limits.memory} bytes"


def _ran_out_of_memory(error: dict[str, Any] | None) -> bool:
    # PyTorch's allocator raises RuntimeError("[enforce fail at alloc_cpu.cpp:…] … can't allocate
    # memory …"), Python and NumPy a MemoryError (NumPy a subclass of it, named with an underscore).
    return error is not None and (
        error["type"].endswith("MemoryError") or "can't allocate memory" in error["message"]
    )
