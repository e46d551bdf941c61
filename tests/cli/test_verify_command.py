"""`detachlint verify`, by its output and exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sample_notebooks import notebook

from detachlint.api import FileResult
from detachlint.cli.main import command
from detachlint.harness import runner as runner_module
from detachlint.harness import verify as verify_module
from detachlint.harness.limits import Limits
from detachlint.harness.network import Left
from detachlint.harness.runner import Runner
from detachlint.rules.finding import Confidence, Finding
from detachlint.source.span import Span

HEAD = "import torch\nw = torch.ones(2, requires_grad=True)\n"
GOOD = HEAD + "s = 'ä'; print(w.numpy())\n"
TESTS = "import torch\ndef test_it():\n    torch.ones(2, requires_grad=True).numpy()\n"
GUIDE = (
    f"# A\n\n```python\n{HEAD}w.numpy()\nraise ValueError('no')\n```\n\n```python\nx.numpy(\n```\n"
)


@pytest.fixture
def project(project: Path) -> Path:
    (project / "a.py").write_text(GOOD)
    return project


@pytest.fixture
def warm(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sandbox be one that is there already: whoever asks for this is not about its start."""

    @contextmanager
    def shared(limits: Limits, *, in_place: bool) -> Iterator[Runner]:
        assert not in_place
        with monkeypatch.context() as patch:
            patch.setattr(runner, "limits", limits)
            yield runner

    monkeypatch.setattr(runner_module, "Runner", shared)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["verify", *arguments])


def test_programs_of_all_kinds_are_verified(project: Path) -> None:
    (project / "test_b.py").write_text(TESTS)
    (project / "guide.md").write_text(GUIDE)
    (project / "clean.py").write_text("while True: pass\n")
    result = run("--json", "out.json", ".")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "a.py:3:16: DTL101 (certain) confirmed, fix verified\n"
        "guide.md:6:1: DTL101 (certain) confirmed, fix verified\n"
        "guide.md: it ended at line 7 with ValueError: no\n"
        "guide.md: not run: '(' was never closed\n"
        "test_b.py:3:5: DTL101 (likely) confirmed, fix verified\n"
        "Verified 3 findings: 3 confirmed; 3 fix verified.\n"
    )
    a, guide, unreadable, tests = json.loads((project / "out.json").read_text())
    [finding] = a["findings"]
    assert (finding["code"], finding["status"], finding["fix"]) == (
        "DTL101",
        "confirmed",
        "fix verified",
    )
    assert (finding["location"], finding["end_location"]) == (
        {"row": 3, "column": 16},
        {"row": 3, "column": 25},
    )
    assert [each["kind"] for each in (a, guide, unreadable, tests)] == [
        "script",
        "block",
        "block",
        "tests",
    ]
    assert (unreadable["findings"], a["problem"]) == ([], None)
    assert (project / "a.py").read_text() == GOOD


def test_notebooks_are_run_without_what_only_ipython_knows(project: Path, warm: None) -> None:
    cells = ("%matplotlib inline\n" + HEAD, "b = (", "a = 1\nw.numpy()", "raise ValueError('no')")
    content = notebook(*cells)
    (project / "n.ipynb").write_bytes(content)
    result = run("--json", "out.json", "n.ipynb")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "n.ipynb:cell 4:2:1: DTL101 (certain) confirmed, fix verified\n"
        "n.ipynb: it ended at line 1 of cell 5 with ValueError: no\n"
        "Verified 1 finding: 1 confirmed; 1 fix verified.\n"
    )
    [made] = json.loads((project / "out.json").read_text())
    [finding] = made["findings"]
    assert (made["kind"], finding["cell"]) == ("notebook", 4)
    assert finding["location"] == {"row": 2, "column": 1}
    assert (project / "n.ipynb").read_bytes() == content


def test_a_refutation_fails(project: Path, warm: None, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Finding("DTL101", "n", "m", "a.py", Span(3, 10, 3, 26), Confidence.CERTAIN)
    (project / "a.py").write_text(HEAD + "s = 'ä'; w.data.numpy(); (w + 1).numpy()\n")
    monkeypatch.setattr(verify_module, "check", lambda *_: [FileResult("a.py", (wrong,))])
    result = run("a.py")
    assert result.exit_code == 1
    assert result.stdout == (
        "a.py:3:10: DTL101 (certain) refuted, no fix\n"
        "a.py:3:26: missed by the static analysis: Can't call numpy() on Tensor that requires grad."
        " Use tensor.detach().numpy() instead.\n"
        "Verified 1 finding: 1 refuted; 1 no fix.\n"
    )


def test_nothing_to_verify_is_all_right(project: Path) -> None:
    (project / "a.py").write_text("print(1)\n")
    result = run("a.py")
    assert (result.exit_code, result.stdout) == (0, "Verified 0 findings.\n")


def test_the_limits_are_those_asked_for(project: Path, warm: None) -> None:
    (project / "a.py").write_text(GOOD + "while True: pass\n")
    result = run("--timeout", "0.5", "a.py")
    assert (result.exit_code, result.stdout) == (
        0,
        "a.py:3:16: DTL101 (certain) confirmed, fix undecided\n"
        "  the program was ended before it was through\n"
        "a.py: it ran for more than 0.5 seconds\n"
        "Verified 1 finding: 1 confirmed; 1 fix undecided.\n",
    )


def test_the_memory_is_that_asked_for(project: Path, warm: None) -> None:
    (project / "a.py").write_text(GOOD + "block = bytearray(300 << 20)\n")
    result = run("--memory", "200", "a.py")
    assert result.exit_code == 0
    assert "a.py: it needed more than 209715200 bytes\n" in result.stdout
    assert "needed" not in run("--memory", "1000", "a.py").stdout


def test_a_sandbox_with_a_hole_is_said_to_have_one(
    project: Path, warm: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for left, lines in ((Left.OTHER_PROCESSES, 1), (Left.DATAGRAMS, 0), (Left.NOTHING, 0)):
        known = property(lambda _, left=left: left, lambda _, new: None)
        monkeypatch.setattr(Runner, "network", known, raising=False)
        result = run("a.py")
        assert (result.exit_code, result.stderr.count("\n")) == (0, lines)
        assert ("had it" in result.stderr) == bool(lines)


def test_what_cannot_be_read_is_said_and_the_rest_verified(project: Path) -> None:
    (project / "b.py").write_text("print(1)\n")
    result = run("nothing.py", "b.py")
    assert (result.exit_code, result.stdout) == (2, "Verified 0 findings.\n")
    assert result.stderr == "detachlint: nothing.py: No such file or directory\n"


def test_the_configuration_is_heeded(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.detachlint]\nignore = ["DTL101"]\n')
    assert run(".").stdout == "Verified 0 findings.\n"
    assert run("--exclude", "a.py", "--isolated", ".").stdout == "Verified 0 findings.\n"
    result = run("--min-confidence", "dead certain", ".")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "min-confidence" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("--timeout", "0", "a.py"), ("--memory", "0", "a.py")])
def test_mistakes_are_said(project: Path, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_without_pytorch_there_is_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = project / "hidden"
    hidden.mkdir()
    (hidden / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\")\n")
    monkeypatch.syspath_prepend(str(hidden))
    result = run("a.py")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "detachlint: PyTorch cannot be run here: ModuleNotFoundError: No module named 'torch'\n"
    )


def test_the_help_says_that_it_executes() -> None:
    assert "EXECUTE" in run("--help").stdout
