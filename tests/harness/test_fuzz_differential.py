"""The analysis and PyTorch agree on generated programs: the same ones in every run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from detachlint.harness.fuzz.campaign import Failure, Plan, run_campaign
from detachlint.harness.fuzz.compare import compare

SEED = 20
SHRUNK = sorted(Path(__file__).with_name("shrunk").glob("*.py"))
"""Programs that once contradicted the analysis, as small as they became."""


def disagreements(plan: Plan) -> list[str]:
    failures = [failure for _, found in run_campaign(plan) for failure in found]
    return [_shown(failure) for failure in sorted(failures, key=lambda failure: failure.number)]


@pytest.mark.filterwarnings("ignore")
def test_no_contradiction_in_a_hundred_programs() -> None:
    found = disagreements(Plan(programs=100, seed=SEED))
    assert not found, found[0]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("program", SHRUNK, ids=lambda path: path.stem)
def test_no_contradiction_where_there_once_was_one(program: Path) -> None:
    text = program.read_text(encoding="utf-8")
    found = [str(contradiction) for contradiction in compare(text)]
    assert not found, "\n".join([*found, text])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_no_contradiction_in_two_thousand_programs() -> None:
    found = disagreements(Plan(programs=2000, seed=SEED, first=100))
    assert not found, f"{len(found)} programs, the first being\n{found[0]}"


def _shown(failure: Failure) -> str:
    words = "\n".join(str(contradiction) for contradiction in failure.contradictions)
    numbered = enumerate(failure.text.splitlines(), start=1)
    body = "\n".join(f"{number:4} {line}" for number, line in numbered)
    return f"{words}\nin program {failure.number} of seed {SEED}:\n{body}"


def test_what_pytorch_imports_late_is_none_of_the_time_of_the_program_that_needs_it() -> None:
    script = (
        "import sys\n"
        "from contextlib import nullcontext\n"
        "from detachlint.harness.fuzz import compare\n"
        "known = []\n"
        "def limit(seconds):\n"
        "    known.append('torch._dynamo' in sys.modules)\n"
        "    return nullcontext()\n"
        "compare.time_limit = limit\n"
        "compare.run('import torch\\ntorch.ones(2).numpy()\\n')\n"
        "compare.run('import torch\\ntorch.func.grad(torch.sum)(torch.ones(2)).numpy()\\n')\n"
        "assert known == [False, True], known\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
