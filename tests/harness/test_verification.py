"""Findings and fixes are held against what programs do; wrong ones do not get through."""

from __future__ import annotations

from pathlib import Path

import pytest
from limited_runs import LIMITS

from detachlint.api import FileResult
from detachlint.config.options import DEFAULT_OPTIONS, Options
from detachlint.harness import verify as verify_module
from detachlint.harness.join import Status
from detachlint.harness.limits import Limits
from detachlint.harness.runner import Runner
from detachlint.harness.units import Kind, Unit
from detachlint.harness.verify import FixStatus, UnitResult, Verified
from detachlint.rules.finding import Applicability, Confidence, Edit, Finding, Fix
from detachlint.source.span import Span
from detachlint.source.text import SourceText

HEAD = "import numpy as np\nimport torch\nw = torch.ones(2, requires_grad=True)\n"


def unit_of(text: str, name: str = "program.py", kind: Kind = Kind.SCRIPT) -> Unit:
    return Unit(SourceText.from_text(text, name), kind)


def verify(text: str, runner: Runner) -> UnitResult:
    return verify_unit(unit_of(text), runner)


def verify_unit(unit: Unit, runner: Runner, options: Options = DEFAULT_OPTIONS) -> UnitResult:
    [result] = verify_module.verify([unit], runner, lambda unit: options)
    return result


def finding_on(text: str, expression: str, *edits: tuple[str, str], **changes: object) -> Finding:
    """A certain finding at an expression; each edit replaces a unique text by another."""
    source = SourceText.from_text(text, "program.py")

    def span(part: str) -> Span:
        assert text.count(part) == 1
        return source.span(text.index(part), text.index(part) + len(part))

    made = tuple(Edit(span(old), new) for old, new in edits)
    fix = Fix("repair", Applicability.SAFE, made) if made else None
    known = {"confidence": Confidence.CERTAIN, "fix": fix, **changes}
    return Finding("DTL101", "n", "m", "program.py", span(expression), **known)  # type: ignore[arg-type]


def with_findings(
    monkeypatch: pytest.MonkeyPatch, runner: Runner, text: str, *findings: Finding
) -> tuple[Verified, ...]:
    """What becomes of findings that nobody made."""
    monkeypatch.setattr(verify_module, "check", lambda *_: [FileResult("program.py", findings)])
    return verify(text, runner).verified


# --- findings ----------------------------------------------------------------------------------


def test_what_raises_is_confirmed_and_its_fix_verified(runner: Runner) -> None:
    result = verify(
        HEAD + "print((w * 2)\n      .numpy())\nfor _ in 'ab':\n    w.numpy()\n", runner
    )
    assert (result.problem, result.missed) == (None, ())
    assert [each.judged.status for each in result.verified] == [Status.CONFIRMED] * 2
    assert [each.fix for each in result.verified] == [FixStatus.VERIFIED] * 2
    assert not any(each.refuted for each in result.verified)


def test_a_program_without_findings_is_not_run(runner: Runner) -> None:
    result = verify("while True: pass\n", runner)
    assert (result.verified, result.problem) == ((), None)


def test_what_is_behind_the_end_of_the_program_is_not_reached(runner: Runner) -> None:
    result = verify(HEAD + "1 / 0\nw.numpy()\n", runner)
    [each] = result.verified
    assert (each.judged.status, each.fix) == (Status.NOT_REACHED, FixStatus.NOT_REACHED)
    assert result.problem == "it ended at line 4 with ZeroDivisionError: division by zero"


def test_what_stands_in_a_handler_is_reached_without_keeping_going(runner: Runner) -> None:
    text = HEAD + "try:\n    w.numpy()\nexcept RuntimeError:\n    np.array((w + 1).numpy())\n"
    first, second = verify(text, runner).verified
    assert [first.judged.status, second.judged.status] == [Status.CONFIRMED] * 2
    assert [first.fix, second.fix] == [FixStatus.VERIFIED, FixStatus.NOT_REACHED]


def test_what_does_not_raise_is_refuted_if_certain(
    monkeypatch: pytest.MonkeyPatch, runner: Runner
) -> None:
    text = HEAD + "w.detach().numpy()\n"
    certain = finding_on(text, "w.detach().numpy()")
    likely = finding_on(text, "w.detach().numpy()", confidence=Confidence.LIKELY)
    one, two = with_findings(monkeypatch, runner, text, certain, likely)
    assert (one.judged.status, one.fix, one.refuted) == (Status.REFUTED, FixStatus.NONE, True)
    assert (two.judged.status, two.refuted) == (Status.NOT_RAISED, False)


def test_what_raises_only_where_an_exception_is_let_through_is_not_refuted(
    monkeypatch: pytest.MonkeyPatch, runner: Runner
) -> None:
    text = (
        HEAD + "x = w.detach()\ntry:\n    w.numpy()\nexcept RuntimeError:\n    x = w\nx.numpy()\n"
    )
    [each] = with_findings(monkeypatch, runner, text, finding_on(text, "x.numpy()"))
    assert (each.judged.status, each.refuted) == (Status.CONFIRMED, False)


def test_what_no_finding_speaks_of_is_missed(
    monkeypatch: pytest.MonkeyPatch, runner: Runner
) -> None:
    text = HEAD + "w.numpy()\n(w + 1).numpy()\n"
    findings = (finding_on(text, "w.numpy()"),)
    monkeypatch.setattr(verify_module, "check", lambda *_: [FileResult("program.py", findings)])
    assert [event.line for _, event in verify(text, runner).missed] == [5]


def test_a_type_error_of_numpys_that_is_caught_confirms(runner: Runner) -> None:
    text = HEAD + (
        "try:\n    a = np.mean(w)\nexcept TypeError:\n    a = 1.0\nb = np.ones(2)\n"
        "try:\n    b *= w\nexcept TypeError:\n    pass\nprint(a, b)\n"
    )
    found = verify(text, runner).verified
    assert [each.finding.code for each in found] == ["DTL115", "DTL115"]
    assert [each.judged.status for each in found] == [Status.CONFIRMED] * 2
    assert [each.fix for each in found] == [FixStatus.VERIFIED] * 2


@pytest.mark.parametrize(
    ("text", "problem", "fix"),
    [
        ("while True: pass\n", "it ran for more than 3 seconds", FixStatus.UNDECIDED),
        ("import os; os._exit(3)\n", "it left Python with exit status 3", FixStatus.VERIFIED),
        ("import os; os.abort()\n", "it was killed by SIGABRT", FixStatus.VERIFIED),
        ("raise SystemExit(4)\n", "it ended at line 5 with SystemExit: 4", FixStatus.VERIFIED),
    ],
)
def test_programs_that_do_not_end_well_end_in_one_line(
    monkeypatch: pytest.MonkeyPatch, runner: Runner, text: str, problem: str, fix: FixStatus
) -> None:
    monkeypatch.setattr(runner, "limits", Limits(seconds=3))
    result = verify(HEAD + "w.numpy()\n" + text, runner)
    assert result.problem == problem
    [each] = result.verified
    assert (each.judged.status, each.fix) == (Status.CONFIRMED, fix)


def test_a_program_that_cannot_be_read_is_not_run(runner: Runner) -> None:
    result = verify("import torch\nx.numpy(\n", runner)
    assert result.verified == ()
    assert result.problem is not None and result.problem.startswith("not run: ")


# --- fixes -------------------------------------------------------------------------------------

PROGRAM = HEAD + "copy = w.cpu().numpy()\nother = (w * 3).sum()\nother.backward()\nprint(copy[0])\n"
OTHER_ARRAY = PROGRAM + "np.asarray(w.detach() * 2)\n"


@pytest.mark.parametrize(
    ("text", "edits", "objection"),
    [
        (
            PROGRAM,
            [("w.cpu()", "w.cpu( )")],
            "still raised at line 4: Can't call numpy() on Tensor",
        ),
        (PROGRAM, [("w.cpu()", "w.detach().add(1).cpu()")], "standard output differs"),
        (PROGRAM, [("w.cpu()", "w.detach().double().cpu()")], "another array at line 4"),
        (PROGRAM, [("w.cpu()", "w.detach_().cpu()")], "the fixed program ends at line 6 with"),
        (
            PROGRAM,
            [("w.cpu()", "w.detach()"), ("w * 3", "w * 4")],
            "the gradients of leaves differ",
        ),
        (
            PROGRAM + "w.grad = w.grad + w.detach()\n",
            [("w.cpu()", "w.detach()"), ("w.grad + w", "w.grad - w")],
            "the gradients of leaves differ",
        ),
        (OTHER_ARRAY, [("w.cpu()", "w.detach()"), ("() * 2", "() * 4")], "another array at line 8"),
        (PROGRAM, [("w.cpu()", "while True: pass")], "the fix cannot be applied"),
        (
            PROGRAM,
            [("w.cpu()", "w.detach()"), ("other.backward()", "while True: pass")],
            "the fixed program ran for more than 3 seconds",
        ),
    ],
)
def test_a_fix_that_changes_anything_else_is_refuted(
    monkeypatch: pytest.MonkeyPatch,
    runner: Runner,
    text: str,
    edits: list[tuple[str, str]],
    objection: str,
) -> None:
    monkeypatch.setattr(runner, "limits", Limits(seconds=3))
    finding = finding_on(text, "w.cpu().numpy()", *edits)
    [each] = with_findings(monkeypatch, runner, text, finding)
    assert (each.judged.status, each.fix) == (Status.CONFIRMED, FixStatus.REFUTED)
    assert any(line.startswith(objection) for line in each.objections), each.objections


def test_the_wrong_one_of_two_fixes_is_named(
    monkeypatch: pytest.MonkeyPatch, runner: Runner
) -> None:
    text = HEAD + "print(w.numpy())\nprint((w + 1).numpy())\n"
    right = finding_on(text, "w.numpy()", ("w.numpy()", "w.detach().numpy()"))
    wrong = finding_on(text, "(w + 1).numpy()", ("(w + 1)", "(w + 2).detach()"))
    one, two = with_findings(monkeypatch, runner, text, right, wrong)
    assert (one.fix, two.fix) == (FixStatus.VERIFIED, FixStatus.REFUTED)


def test_a_fix_that_adds_lines_is_followed(monkeypatch: pytest.MonkeyPatch, runner: Runner) -> None:
    text = HEAD + "print(w.numpy())\nnp.asarray(torch.ones(1))\n1 / 0\n"
    edits = [("print(", "v = w.detach()\nprint("), ("w.numpy", "v.numpy")]
    finding = finding_on(text, "w.numpy()", *edits)
    [each] = with_findings(monkeypatch, runner, text, finding)
    assert (each.fix, each.objections) == (FixStatus.VERIFIED, ())
    other = ("torch.ones(1)", "torch.zeros(1)")
    [each] = with_findings(monkeypatch, runner, text, finding_on(text, "w.numpy()", *edits, other))
    assert each.objections == ("another array at line 6",)


def test_a_fix_lets_a_program_go_on_that_ended_there(
    monkeypatch: pytest.MonkeyPatch, runner: Runner
) -> None:
    text = "import numpy as np, torch\nprint(1)\nnarrow = torch.ones(2, dtype=torch.bfloat16)\n"
    text += "print(narrow.numpy())\nprint(3)\n"
    fixed = ("narrow.numpy()", "narrow.float().numpy()")
    finding = finding_on(text, "narrow.numpy()", fixed)
    narrow = Finding(
        "DTL112", "n", "m", "program.py", finding.span, finding.confidence, (), finding.fix
    )
    [each] = with_findings(monkeypatch, runner, text, narrow)
    assert (each.judged.status, each.fix, each.objections) == (
        Status.CONFIRMED,
        FixStatus.VERIFIED,
        (),
    )


def test_programs_that_do_not_repeat_themselves_decide_nothing(runner: Runner) -> None:
    text = HEAD + "import time\nprint(time.time_ns())\nw.numpy()\n"
    [each] = verify(text, runner).verified
    assert (each.judged.status, each.fix, each.refuted) == (
        Status.CONFIRMED,
        FixStatus.UNDECIDED,
        False,
    )


# --- where programs run ------------------------------------------------------------------------


def test_scripts_find_their_neighbours_but_write_elsewhere(tmp_path: Path, runner: Runner) -> None:
    (tmp_path / "neighbour.py").write_text("import torch\nw = torch.ones(2, requires_grad=True)\n")
    script = tmp_path / "script.py"
    script.write_text(
        "import os\nfrom neighbour import w\nopen('written', 'w').close()\n"
        "print(os.environ.get('SECRET'))\nimport torch\ntorch.ones(1, requires_grad=True).numpy()\n"
    )
    result = verify_unit(unit_of(script.read_text(), str(script)), runner)
    assert result.problem is None
    assert [each.fix for each in result.verified] == [FixStatus.VERIFIED]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["neighbour.py", "script.py"]


def test_processes_that_are_started_anew_have_the_fix_in_them(
    tmp_path: Path, runner: Runner
) -> None:
    text = (
        "import multiprocessing, torch\ndef work():\n"
        "    print(torch.ones(1, requires_grad=True).numpy())\nif __name__ == '__main__':\n"
        "    process = multiprocessing.get_context('spawn').Process(target=work)\n"
        "    process.start()\n    process.join()\n    print(process.exitcode)\n"
    )
    script = tmp_path / "script.py"
    script.write_text(text)
    [each] = verify_unit(unit_of(text, str(script)), runner).verified
    assert (each.judged.status, each.fix) == (Status.CONFIRMED, FixStatus.VERIFIED)


def test_in_place_programs_have_all_that_their_user_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DETACHLINT_TEST", "known")
    text = HEAD + "import os\nopen(os.environ['DETACHLINT_TEST'], 'w').close()\nw.numpy()\n"
    with Runner(LIMITS, in_place=True) as runner:
        result = verify(text, runner)
    assert [each.fix for each in result.verified] == [FixStatus.VERIFIED]
    assert (tmp_path / "known").exists()


def test_tests_are_run_by_pytest_where_they_are(tmp_path: Path, runner: Runner) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text(
        "import pytest, torch\n@pytest.fixture\ndef weight():\n"
        "    return torch.ones(2, requires_grad=True)\n"
    )
    path = tmp_path / "test_it.py"
    path.write_text(
        "import torch\n\ndef test_one(weight):\n    made = torch.ones(2, requires_grad=True)\n"
        "    assert made.numpy()[0] == 1\n\ndef test_two(weight):\n    assert weight.sum() == 3\n"
        "\ndef test_three():\n    assert (torch.ones(1, requires_grad=True) * 2).numpy()[0] == 2\n"
    )
    result = verify_unit(unit_of(path.read_text(), str(path), Kind.TESTS), runner)
    assert [each.judged.status for each in result.verified] == [Status.CONFIRMED] * 2
    assert [each.fix for each in result.verified] == [FixStatus.VERIFIED] * 2
    assert result.problem is None  # that a test fails is no news, as long as it fails again
    assert sorted(p.name for p in tmp_path.iterdir()) == ["conftest.py", "pytest.ini", "test_it.py"]


def test_the_options_of_findings_are_heeded(runner: Runner) -> None:
    unit = unit_of(HEAD + "w.numpy()\n")
    [each] = verify_unit(unit, runner, Options(fix_style="force")).verified
    assert each.finding.fix is not None and each.finding.fix.message == "pass `force=True`"
    assert each.fix is FixStatus.VERIFIED


# --- programs of several files -----------------------------------------------------------------


def test_what_a_file_is_given_by_another_is_known(tmp_path: Path, runner: Runner) -> None:
    """Findings are those of the project, crossings are at their own places in it."""
    texts = {
        "make.py": "import torch\n\ndef make():\n    return torch.ones(2, requires_grad=True)\n",
        "show.py": "def show(x):\n    print(x.numpy())\n",
        "main.py": "from make import make\nfrom show import show\nmake().numpy()\nshow(make())\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    units = [unit_of(text, str(tmp_path / name)) for name, text in texts.items()]
    results = verify_module.verify(units, runner, lambda unit: DEFAULT_OPTIONS)
    make, show, main = results
    assert make.verified == ()
    assert [each.judged.status for each in show.verified] == [Status.NOT_REACHED]
    [each] = main.verified
    assert (each.finding.span.line, each.judged.status, each.fix) == (
        3,
        Status.CONFIRMED,
        FixStatus.VERIFIED,
    )
    assert main.missed == ()


def test_what_is_missed_in_another_file_is_said_to_be_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, runner: Runner
) -> None:
    (tmp_path / "other.py").write_text("def show(x):\n    x.numpy()\n")
    other = unit_of("def show(x):\n    x.numpy()\n", str(tmp_path / "other.py"))
    text = HEAD + "from other import show\nw.numpy()\nshow(w)\n"
    main = unit_of(text, str(tmp_path / "main.py"))
    found = [FileResult("main.py", (finding_on(text, "w.numpy()"),)), FileResult("other.py")]
    monkeypatch.setattr(verify_module, "check", lambda *_: found)
    result, _ = verify_module.verify([main, other], runner, lambda unit: DEFAULT_OPTIONS)
    assert [(unit, event.line) for unit, event in result.missed] == [(other, 2)]
