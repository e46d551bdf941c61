"""Any program at all: no exception, and an end in reasonable time."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import pytest
import standard_library
from engine import facts_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detachlint.interpret import analyse_module
from detachlint.lower import lower_module
from detachlint.syntax.parse import Unparsable, parse_module

SLOWEST_FILE = 120.0
"""Seconds of processor time for the worst file, generous: it is to tell a hang from work."""


def analyse(path: Path) -> float:
    """The seconds it takes to analyse a file, from its IR on."""
    try:
        code = lower_module(parse_module(standard_library.read(path), path.name), path.name)
    except (Unparsable, SyntaxError, UnicodeDecodeError):
        return 0.0
    start = time.process_time()
    facts = analyse_module(code, path.name)
    assert all(count > 0 for count in facts.gave_up.values())
    return time.process_time() - start


LARGEST_FILE = 500_000
"""Bytes of a file that is analysed here; what is larger is left to the benchmark."""


def torch_files(count: int) -> list[Path]:
    """Sources of PyTorch itself: those with the most crossings, and some evenly spread ones."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return []
    root = Path(spec.origin).parent
    everything = sorted(p for p in root.rglob("*.py") if p.stat().st_size < LARGEST_FILE)
    crossings = {path: path.read_bytes().count(b".numpy(") for path in everything}
    most = sorted(everything, key=lambda path: -crossings[path])[: count // 2]
    return list(dict.fromkeys([*most, *everything[:: len(everything) // (count // 2)]]))


@pytest.mark.slow
@pytest.mark.parametrize("path", torch_files(20), ids=lambda path: path.name)
def test_files_of_pytorch(path: Path) -> None:
    assert analyse(path) < SLOWEST_FILE


@pytest.mark.parametrize("path", standard_library.sample(25), ids=standard_library.label)
def test_some_files_of_the_standard_library(path: Path) -> None:
    assert analyse(path) < SLOWEST_FILE


hypothesmith = pytest.importorskip("hypothesmith")


@settings(
    deadline=None,
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(hypothesmith.from_node())
def test_generated_programs_with_every_syntax(source: str) -> None:
    try:
        facts_of(source)
    except Unparsable:
        return


PIECES = st.sampled_from(
    [
        "t", "x", "f", "self", "1", "0", "None", "'a'", "[]", "{}", "()", "torch", "nn", "os",
        "x.numpy()", "f(x)", "f(*x, **x)", "x[0]", "x[f]", "x.a", "x.a.b", "x + f", "not x", "x and f",
        "x if f else t", "[y for y in x]", "{y: f for y in x if y}", "(y for y in x)", "lambda y: x(y)",
        "torch.no_grad()", "nn.Linear(2, 2)", "x.detach()", "x.requires_grad_(f)", "isinstance(x, f)",
        "getattr(x, 'a')", "list(x)", "zip(x, f)", "map(f, x)", "sorted(x, key=f)", "super()", "x < f < t",
        "f'{x}{f}'", "x @ t", "type(x)", "vars(x)", "iter(x)", "next(x)", "dict(x)", "torch.stack(x)",
    ]
)  # fmt: skip


@st.composite
def blocks(draw: st.DrawFn, depth: int = 3) -> list[str]:
    """The lines of a block that mixes what the engine gives a meaning to."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        one, two = draw(PIECES), draw(PIECES)
        target = draw(st.sampled_from(["x", "f", "t", "x.a", "x[0]", "x, f", "*x, f", "x[one]"]))
        simple = [f"{target} = {one}", one, f"x += {one}", f"del {target.split(',')[0].strip('*')}"]
        heads = [
            f"if {one}:", f"while {one}:", f"for x in {one}:", f"with {one} as x:", "def f(x, y=t):",
            "class f(x):", f"for f, x in {one}:", "def f(self):", "async def f(*x):", "try:",
        ]  # fmt: skip
        if depth and draw(st.booleans()):
            head, inner = draw(st.sampled_from(heads)), draw(blocks(depth - 1))
            if "def f" in head and draw(st.booleans()):
                inner = [*inner, draw(st.sampled_from([f"return {two}", f"yield {two}"]))]
            lines += [head, *(f"  {line}" for line in inner)]
            if head == "try:":
                lines += [
                    draw(st.sampled_from(["finally:", "except f as x:", "except x:"])),
                    f"  {two}",
                ]
        else:
            lines.append(draw(st.sampled_from(simple)))
    return lines


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(blocks())
def test_generated_programs_that_mean_something_to_the_engine(lines: list[str]) -> None:
    source = (
        "import os, torch\nfrom torch import nn\nt = torch.ones(2, requires_grad=True)\nx = f = t\n"
    )
    facts_of(source + "\n".join(lines) + "\nx.numpy()\n")
