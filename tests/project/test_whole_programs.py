"""The analysis of several files at once: what it needs, what it must not depend on, what it survives.

What programs of several files *mean* is tested in tests/projects, against PyTorch.
"""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest
from trees import findings, found, tree

from detachlint.api import check_paths, fix_paths
from detachlint.interpret.language import importing
from detachlint.project import program
from detachlint.project.analysis import ProjectAnalysis

HELPER = "def to_numpy(x):\n    return x.numpy()\n"
NET = "import torch\nfrom torch import nn\nnet, data = nn.Linear(2, 2), torch.ones(2)\n"
BAD = NET + "from helper import to_numpy\nto_numpy(net(data))\n"
GOOD = NET + "from helper import to_numpy\nwith torch.no_grad():\n    to_numpy(net(data))\n"


def test_the_crossing_is_reported_where_it_stands_and_once(root: Path) -> None:
    tree(root, {"helper.py": HELPER, "one.py": BAD, "two.py": BAD})
    assert [(f.filename, f.span.line) for f in findings(root, "one.py", "two.py", "helper.py")] == [
        ("helper.py", 2)
    ]


def test_a_caller_that_is_not_asked_for_is_out_of_sight(root: Path) -> None:
    tree(root, {"helper.py": HELPER, "bad.py": BAD})
    assert found(root, "helper.py") == {}
    assert found(root, "helper.py", "bad.py") == {"helper.py:2": "likely"}


def test_what_a_file_imports_is_in_sight_even_if_it_is_not_asked_for(root: Path) -> None:
    tree(root, {"model.py": NET, "plot.py": "from model import net, data\nnet(data).numpy()\n"})
    assert found(root, "plot.py") == {"plot.py:2": "certain"}


@pytest.mark.parametrize(
    "imports", ["from between import *", "from between import to_numpy", "import between as b"]
)
def test_what_is_passed_on_need_not_be_named(root: Path, imports: str) -> None:
    call = "b.to_numpy" if imports.endswith(" b") else "to_numpy"
    main = f"{NET}{imports}\n{call}(net(data))\n"
    inner, between = "from helper import to_numpy\n", "from inner import *\n"
    files = {"helper.py": HELPER, "inner.py": inner, "between.py": between, "main.py": main}
    tree(root, files)
    assert found(root, *files) == {"helper.py:2": "likely"}, "missed alarm"


def test_all_callers_hold_no_grad(root: Path) -> None:
    tree(root, {"helper.py": HELPER, "one.py": GOOD, "two.py": GOOD})
    assert found(root) == {}


def test_the_message_names_the_call_to_blame_and_the_trace_starts_there(root: Path) -> None:
    tree(root, {"bad.py": BAD, "good.py": GOOD, "helper.py": HELPER, "other.py": GOOD})
    (finding,) = findings(root, "bad.py", "good.py", "helper.py", "other.py")
    assert finding.message == (
        "`.numpy()` on a tensor that requires grad when called from bad.py:5; "
        "the two other calls are under `no_grad`"
    )
    first = finding.trace[0]
    assert (first.filename, first.span.line) == ("bad.py", 5)
    assert "while grad mode is on" in first.message


def test_one_other_call_is_named(root: Path) -> None:
    tree(root, {"bad.py": BAD, "good.py": GOOD, "helper.py": HELPER})
    (finding,) = findings(root, "bad.py", "good.py", "helper.py")
    assert finding.message.endswith("from bad.py:5; the call from good.py:6 is under `no_grad`")


def test_a_call_with_a_harmless_tensor_is_told_apart(root: Path) -> None:
    harmless = NET + "from helper import to_numpy\nto_numpy(data)\n"
    tree(root, {"bad.py": BAD, "good.py": harmless, "helper.py": HELPER})
    (finding,) = findings(root, "bad.py", "good.py", "helper.py")
    assert finding.message.endswith("from bad.py:5; the call from good.py:5 is harmless")
    assert finding.trace[0].filename == "bad.py"
    assert "nn.Linear" in finding.trace[0].message


def test_the_order_of_the_files_does_not_matter(root: Path) -> None:
    files = {"helper.py": HELPER, "bad.py": BAD, "good.py": GOOD, "other.py": GOOD}
    tree(root, files)
    assert findings(root, *files) == findings(root, *reversed(files))


@pytest.mark.parametrize("broken", ["def f(:\n", "\0", "x = 'é'\n# coding: nonsense"])
def test_a_module_that_cannot_be_read_makes_its_values_unknown(root: Path, broken: str) -> None:
    program = NET + "from broken import f\nf(net).numpy()\nnet(data).numpy()\n"
    tree(root, {"bad.py": program})
    (root / "broken.py").write_text(broken)
    results = {result.filename: result for result in check_paths(["bad.py"])}
    assert [f.span.line for f in results["bad.py"].findings] == [6]


def test_modules_that_import_each_other(root: Path) -> None:
    one = "import torch\nimport two\nweight = torch.ones(2, requires_grad=True)\n"
    two = "import one\ndef show():\n    one.weight.numpy()\n"
    tree(root, {"one.py": one, "two.py": two, "main.py": "import one, two\ntwo.show()\n"})
    assert found(root, "one.py", "two.py", "main.py") == {"two.py:3": "likely"}


def test_a_package_that_is_the_project_and_a_script_of_the_same_name_are_apart(root: Path) -> None:
    files = {
        "a/helper.py": HELPER,
        "a/main.py": BAD,
        "b/helper.py": HELPER,
        "b/main.py": GOOD,
    }
    tree(root, files)
    assert found(root, *files) == {"a/helper.py:2": "likely"}


def test_a_chain_of_many_modules(root: Path) -> None:
    files = {f"m{i}.py": f"from m{i + 1} import value\n" for i in range(60)}
    tree(root, {**files, "m60.py": "import torch\nvalue = torch.ones(2, requires_grad=True)\n"})
    (root / "main.py").write_text("from m50 import value\nvalue.numpy()\n")
    assert found(root, "main.py") == {"main.py:2": "certain"}
    (root / "main.py").write_text("from m0 import value\nvalue.numpy()\n")
    assert [f.confidence.value for f in findings(root, "main.py")] in (
        [],
        ["possible"],
        ["certain"],
    )


def test_what_a_package_imports_from_itself_registers_its_models(root: Path) -> None:
    registry = "MODELS = {}\ndef register(cls):\n    MODELS[cls.__name__] = cls\n    return cls\n"
    model = (
        "from torch import nn\nfrom package.registry import register\n@register\n"
        "class Net(nn.Linear):\n    pass\n"
    )
    main = (
        "import torch\nimport package\nfrom package.registry import MODELS\n"
        "net = MODELS['Net'](2, 2)\nnet(torch.ones(2)).numpy()\n"
    )
    inits = {"package/__init__.py": "from package import net\n", "package/registry.py": registry}
    tree(root, {**inits, "package/net.py": model, "main.py": main})
    assert found(root, "main.py") == {"main.py:5": "certain"}


def test_a_package_that_registers_things_does_not_hide_what_is_used_of_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST_FOR_THEIR_DEEDS", 3)
    monkeypatch.setattr(program, "MOST_MODULES", 7)
    plugin = "from package.register import register\n@register\nclass Plugin:\n    pass\n"
    plugins = {f"package/plugin{n}.py": plugin for n in range(9)}
    lines = [f"from package import plugin{n}" for n in range(9)]
    register = "REGISTERED = []\ndef register(cls):\n    REGISTERED.append(cls)\n    return cls\n"
    problems = "import torch\nclass Problem(torch.nn.Module):\n    def forward(self, x):\n        return x\n"
    main = (
        "import package\nimport torch\nfrom package.problems import Problem\n"
        "problem = Problem().to('cpu')\nprint(problem(torch.ones(2)).numpy())\n"
    )
    files = {"package/__init__.py": "\n".join(lines), "package/register.py": register, **plugins}
    tree(root, {**files, "package/problems.py": problems, "main.py": main})
    assert found(root, "main.py") == {}


def test_fixing_looks_at_the_whole_program(root: Path) -> None:
    tree(root, {"helper.py": HELPER, "bad.py": BAD})
    results = {result.filename: result for result in fix_paths(["helper.py", "bad.py"])}
    assert (root / "helper.py").read_text() == HELPER.replace("x.numpy", "x.detach().numpy")
    assert all(not result.findings for result in results.values())


def test_a_changed_text_is_seen_by_the_others(root: Path) -> None:
    tree(root, {"helper.py": HELPER, "bad.py": BAD})
    project = ProjectAnalysis(["helper.py", "bad.py"])
    changed = project.with_text("helper.py", HELPER.replace("x.numpy", "x.detach().numpy"))
    for analysis, raises in ((project, True), (changed, False)):
        facts = analysis.facts("helper.py")
        assert facts is not None
        (visits,) = facts.crossings.values()
        assert any(visit.raises.usual.value == "YES" for visit in visits) is raises


@pytest.mark.parametrize("text, times", [(GOOD, 1), (BAD, 2), (f"{GOOD})", 2)])
def test_a_file_is_parsed_once_more_only_to_fix_or_to_quote_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, text: str, times: int
) -> None:
    """BAD has a finding in it, whose fix has to be made; the last one is no Python."""
    parse, parsed = ast.parse, Counter[str]()

    def count(text: str, label: str = "", *others: object, **named: object) -> ast.AST:
        parsed[label] += 1
        return parse(text, label, *others, **named)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(ast, "parse", count)
    tree(root, {"one.py": text.replace("net(data)", "net(data).numpy()")})
    list(check_paths(["one.py"]))
    assert parsed["<one.py>"] == times
