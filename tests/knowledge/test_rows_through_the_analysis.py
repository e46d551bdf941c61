"""Each row's callable in small programs: what the analysis says of them against what PyTorch does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from zlib import crc32

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("expecttest")  # PyTorch's own samples need it

from module_programs import program_of_module  # noqa: E402  # needs torch
from row_programs import MOST_CALLS, Program, program_of  # noqa: E402
from written_programs import EXPRESSIONS, WITHOUT  # noqa: E402

from detachlint.api import check_tree  # noqa: E402
from detachlint.harness.probe import tables, worker  # noqa: E402
from detachlint.knowledge import facts  # noqa: E402
from detachlint.knowledge.model import Aliasing, CallFact, ModuleFact, Result  # noqa: E402
from detachlint.rules.finding import Confidence  # noqa: E402

pytestmark = pytest.mark.skipif(
    facts.CALLS.version != f"torch {tables.VERSION}",
    reason=f"the tables are about {facts.CALLS.version}",
)


def names(share: int) -> list[str]:
    """The modelled callables, one in `share`."""
    modelled = (name for name in facts.CALLS.names() if facts.call_fact(name) is not None)
    return [name for name in modelled if crc32(name.encode()) % share == 0]


def findings(program: Program) -> dict[int, set[Confidence]]:
    found: dict[int, set[Confidence]] = {}
    for finding in check_tree(ast.parse(program.text), "program.py"):
        found.setdefault(finding.span.line, set()).add(finding.confidence)
    return found


@cache
def program_with(name: str, calls: int) -> Program | None:
    """The program for a callable, with so many calls at most."""
    return program_of(name, calls)


def complaints(name: str, calls: int = MOST_CALLS) -> Iterator[str]:
    """Lines on which the analysis says something else than PyTorch does, of so many calls at most."""
    module = facts.module_fact(name)
    fact = module or facts.call_fact(name)
    program = program_of_module(name) if module is not None else program_with(name, calls)
    if fact is None or program is None:
        return
    found, lines = findings(program), program.text.splitlines()
    for line, raises in program.raises.items():
        said = found.get(line, set())
        starts = [n for n in range(line) if lines[n].startswith("x0 = ")]
        block = lines[max(starts, default=max(0, line - 3)) : line]
        is_right = Confidence.CERTAIN in said if raises is not False else not said
        is_open = depends_on_more(fact) and (Confidence.CERTAIN not in said or raises is not False)
        # With grad mode on, copies have the flag of their input as well, if it had it by then.
        decides = any(word in text for text in block for word in WHERE_COPIES_DIFFER)
        is_open = is_open and (decides or bool(said) or not raises)
        is_open |= (
            raises is None
            and not said
            and not tells_layout(fact)
            and any(word in text for text in block for word in (".to_sparse", ".to_mkldnn"))
        )
        if not (is_right or is_open):
            yield "\n".join([f"{name}: raises: {raises}, said: {said}", *block])


WHERE_COPIES_DIFFER = ("no_grad()", "inference_mode()", "x0.requires_grad_()")
"""What makes a difference between a tensor, or a view of it, and a copy."""


def tells_layout(fact: CallFact | ModuleFact) -> bool:
    """Whether it is known what a call gives for a sparse tensor, which is refused for its layout."""
    return isinstance(fact, CallFact) and ("sparse" in fact.keeps or "layout" in fact.traits)


def depends_on_more(fact: CallFact | ModuleFact) -> bool:
    """Whether it depends on sizes, layouts, exact dtypes or whether a module is in training, of which
    the analysis does not know, what comes out."""
    traits = fact.traits if isinstance(fact, CallFact) else {}
    by_sizes = traits.get("conj") == "perhaps-of-real" or traits.get("layout") == "whole"
    return fact.aliasing is Aliasing.SOMETIMES or by_sizes


def test_a_sample_of_rows_says_of_programs_what_pytorch_does() -> None:
    worker.settle()
    sample = names(16)
    assert len(sample) > 80
    assert [text for name in sample for text in complaints(name)] == []


def test_a_sample_of_modules_says_of_programs_what_pytorch_does() -> None:
    worker.settle()
    sample = [name for name in facts.MODULES.names() if crc32(name.encode()) % 12 == 0]
    assert len(sample) > 6
    assert [text for name in sample for text in complaints(name)] == []


@pytest.mark.slow
def test_all_modules_say_of_programs_what_pytorch_does() -> None:
    worker.settle()
    assert [text for name in facts.MODULES.names() for text in complaints(name)] == []


@pytest.mark.slow
def test_all_rows_say_of_programs_what_pytorch_does() -> None:
    """Of one call each; of the sample above, of several."""
    worker.settle()
    assert [text for name in names(1) for text in complaints(name, calls=1)] == []


def without_program(share: int) -> list[str]:
    """Those of the names in a share that give tensors, and of which no program is made."""
    giving = (name for name in names(share) if gives_tensors(name))
    return [name for name in giving if program_with(name, 1) is None]


def is_without(name: str) -> bool:
    return any(re.fullmatch(pattern, name) for pattern in WITHOUT)


def test_rows_of_what_gives_tensors_have_programs_or_a_reason() -> None:
    worker.settle()
    assert [name for name in without_program(16) if not is_without(name)] == []


@pytest.mark.slow
def test_all_rows_of_what_gives_tensors_have_programs_or_a_reason() -> None:
    worker.settle()
    found = without_program(1)
    assert [name for name in found if not is_without(name)] == []
    assert all(any(re.fullmatch(pattern, name) for name in found) for pattern in WITHOUT)


def test_what_needs_something_around_it_has_programs_as_well() -> None:
    worker.settle()
    assert [text for name in EXPRESSIONS for text in complaints(name, calls=1)] == []
    assert [name for name in EXPRESSIONS if program_with(name, 1) is None] == []


def gives_tensors(name: str) -> bool:
    fact = facts.call_fact(name)
    return fact is not None and any(result is not Result.PYTHON for result in fact.results)


def test_what_a_program_does_is_seen() -> None:
    program = program_of("torch.Tensor.t")
    assert program is not None
    lines = program.text.splitlines()
    seen = [(lines[line - 1], raises) for line, raises in program.raises.items()]
    # With a flag; under no_grad and in inference mode (the view and its base); without; set later.
    assert seen[:8] == [("out.numpy()", True), ("x0.numpy()", True)] * 3 + [
        ("out.numpy()", False),
        ("x0.numpy()", False),
    ]
    assert seen[8] == ("out.numpy()", True)


def test_a_row_that_is_wrong_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    read = facts.CALLS.row
    right = read("torch.exp") or ""
    wrong = {"torch.exp": right.replace("propagate", "propagate view", 1)}
    assert list(complaints("torch.exp")) == []
    monkeypatch.setattr(facts.CALLS, "row", lambda name: wrong.get(name, read(name)))
    facts.call_fact.cache_clear()
    try:
        found = list(complaints("torch.exp"))
    finally:
        facts.call_fact.cache_clear()
    assert any("raises: False" in text and "CERTAIN" in text for text in found)
