"""The same file gives the same facts: twice in one process, and under another hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from engine import PRELUDE, facts_of, revealed

from detachlint.interpret import render_facts

PROGRAM = (
    PRELUDE
    + """
class A:
    def give(self): return t
class B:
    def give(self): return torch.ones(2)
class Net(nn.Module):
    def __init__(self, names):
        super().__init__()
        self.layers = nn.ModuleDict({name: nn.Linear(2, 2) for name in names})
        self.cache = {}
    def forward(self, x, how=None):
        for name, layer in self.layers.items():
            x = layer(x)
            self.cache[name] = x
        return {"a": x, "b": x.detach(), "c": t}.get(how, x)
    def export(self, picks):
        found = {self.cache.get(p) for p in picks} | {t, 1, "a", None}
        return [f.numpy() for f in found]
def choose(u):
    pick = A if u else B
    maker = {pick, A, B}
    for one in maker:
        one().give().numpy()
    return max((m().give() for m in maker), key=lambda v: v.sum())
with open("x") as file, torch.no_grad():
    choose(file).numpy()
kept, makers = [], []
for name in os.listdir():
    kept += [torch.ones(2, requires_grad=True), t * 4, torch.ones(3), t + 1]
    makers += [A(), B()]
    for maker in makers:
        maker.give().numpy()
    for one in kept:
        one.numpy()
torch.stack(kept).numpy()
net = Net({"q", "r", "s"})
out = net(t, how=os.environ.get("HOW"))
out.numpy()
print(*(reveal_grad(v) for v in (out, *net.cache.values())))
"""
)

FRESH = """
import sys
from engine import facts_of
from detachlint.interpret import render_facts
sys.stdout.write(render_facts(facts_of(sys.stdin.read())))
"""


def stories(source: str) -> list[list[str]]:
    return [
        [step.message for step in visit.story.steps()] if visit.story is not None else []
        for crossings in facts_of(source).crossings.values()
        for visit in crossings
    ]


def in_a_fresh_process(source: str, seed: int) -> str:
    here = Path(__file__).parent
    paths = os.pathsep.join([str(here), str(here.parent.parent)])
    done = subprocess.run(
        [sys.executable, "-c", FRESH],
        input=source,
        env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def test_twice_in_one_process() -> None:
    assert render_facts(facts_of(PROGRAM)) == render_facts(facts_of(PROGRAM))
    assert stories(PROGRAM) == stories(PROGRAM)


@pytest.mark.parametrize("seed", [0, 1, 4242])
def test_in_a_fresh_process_with_another_hash_seed(seed: int) -> None:
    here = render_facts(facts_of(PROGRAM))
    assert "numpy" in here
    assert in_a_fresh_process(PROGRAM, seed) == here


EVERYTHING = """
import sys
from pathlib import Path
from detachlint.project.files import ProjectFiles
from detachlint.project.statistics import statistics_of
projects = sorted(folder for folder in Path(sys.argv[1]).iterdir() if folder.is_dir())
files = [str(file) for folder in projects[::3] for file in sorted(folder.rglob("*.py"))]
found = statistics_of(ProjectFiles(files))
for file, facts in sorted(found.facts.items()):
    print(file, facts.steps, facts.runs, sorted(facts.gave_up.items()))
"""


def test_many_programs_take_the_same_steps_under_another_hash_seed() -> None:
    """A third of the small projects. The order of a set of objects depends on where they are in memory,
    too."""
    root = Path(__file__).parents[2]
    seen = {
        subprocess.run(
            [sys.executable, "-c", EVERYTHING, str(root / "tests" / "projects")],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(root), "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in (0, 1)
    }
    assert len(seen) == 1


@pytest.mark.parametrize(
    "made",
    ["{'x': t}, {'x': t.detach()}", "{'x': t.detach()}, {'x': t}", "[('x', t)], {'x': t.detach()}"],
)
def test_a_dict_of_one_of_several_is_made_of_any_of_them(made: str) -> None:
    body = f"a, b = {made}\ndef f(u):\n    pick = {{1: a}}.get(u, b)\n"
    shown = revealed(body + "    reveal_grad(dict(pick)['x'])\n")
    assert shown in (["MAYBE"], ["YES", "NO"], ["NO", "YES"])
