"""Notebooks and Markdown, checked and repaired by the command."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
from cli_runs import run
from hypothesis import given
from hypothesis import strategies as st
from sample_notebooks import CROSSING, notebook, sources

from detachlint.api import check_bytes, fix_bytes
from detachlint.harness.observation import Verdict
from detachlint.harness.runner import Runner
from detachlint.report import format_names

SCHEMA = Path(__file__).parents[1] / "report/data/sarif-schema-2.1.0.json"


# --- notebooks -------------------------------------------------------------------------------


def test_cells_may_be_run_in_another_order(project: Path) -> None:
    cells = ("net = make()", "import torch\nt = torch.ones(2, requires_grad=True)\nt.numpy()")
    (project / "nb.ipynb").write_bytes(notebook(*cells, "def make():\n    return None"))
    assert run("check", "--output-format", "concise").stdout.startswith(
        "nb.ipynb:cell 3:3:1: DTL101"
    )


def test_findings_name_the_cell(project: Path) -> None:
    (project / "nb.ipynb").write_bytes(notebook(*CROSSING))
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout == (
        "DTL101 [*] `.numpy()` on a tensor that requires grad\n"
        " --> nb.ipynb:cell 4:1:5 (certain)\n"
        "  |\n"
        "1 | a = model(torch.ones(2)).numpy()\n"
        "  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  |\n"
        "requires grad because\n"
        "  nb.ipynb:cell 3:1: `nn.Linear` has trainable parameter `weight`\n"
        "  nb.ipynb:cell 4:1: output of the module `model`: computed with them\n"
        "  nb.ipynb:cell 4:1: converted to NumPy here, while grad mode is on\n"
        "help: insert `.detach()`\n"
        "\n"
        "Found 1 finding (1 fixable with `detachlint fix`).\n"
    )


def test_messages_name_lines_of_cells(project: Path) -> None:
    function = "def embed(x):\n    return model(x).numpy()"
    calls = "with torch.no_grad():\n    embed(torch.ones(2))\n\nembed(torch.ones(2))"
    (project / "nb.ipynb").write_bytes(notebook(*CROSSING[:2], function, calls))
    result = run("check", "--output-format", "concise")
    assert result.stdout.startswith("nb.ipynb:cell 4:2:12: DTL101 [*]")
    assert "requires grad when called from line 4 of cell 5" in result.stdout


@pytest.mark.parametrize(
    "extra",
    ["%matplotlib inline", "!pip install torch", "model?", "%%bash\nls\n", "x = !ls", "await f()"],
)
def test_what_only_a_notebook_can_do_is_no_hindrance(project: Path, extra: str) -> None:
    first, second, third = CROSSING
    cells = (first, extra, second, f"{third};" if extra.startswith("%m") else third)
    (project / "nb.ipynb").write_bytes(notebook(*cells))
    shown = run("check", "--output-format", "concise").stdout
    assert shown.startswith("nb.ipynb:cell 5:1:5: DTL101"), shown


def test_a_broken_cell_hides_no_other(project: Path) -> None:
    data = notebook("if True:\n    x = (\n", *CROSSING)
    (project / "nb.ipynb").write_bytes(data)
    lines = run("check", "--output-format", "concise").stdout.splitlines()
    assert lines[:2] == [
        "nb.ipynb:cell 2:2:9: DTL900 '(' was never closed",
        "nb.ipynb:cell 5:1:5: DTL101 [*] `.numpy()` on a tensor that requires grad",
    ]
    assert run("fix").exit_code == 1
    assert (project / "nb.ipynb").read_bytes() == data.replace(b".numpy", b".detach().numpy")
    assert run("check", "--output-format", "concise").stdout.splitlines()[:-1] == lines[:1]


def test_a_broken_cell_is_placed_in_itself(project: Path) -> None:
    cells = ("import torch", "  x = 1\n  y = (\n", "z = 1\n)", "x.numpy()")
    (project / "nb.ipynb").write_bytes(notebook(*cells))
    lines = run("check", "--output-format", "concise").stdout.splitlines()
    assert [line.split(": DTL900")[0] for line in lines[:-1]] == [
        "nb.ipynb:cell 3:2:7",
        "nb.ipynb:cell 4:2:1",
    ]


@pytest.mark.parametrize("content", [b'{"a":\n x}', b"[]", b"numpy", b"\xff"])
def test_what_is_no_notebook_is_a_finding(project: Path, content: bytes) -> None:
    (project / "nb.ipynb").write_bytes(content)
    for command_name in ("check", "fix"):
        result = run(command_name, "nb.ipynb", "--output-format", "concise")
        assert (result.exit_code, result.stderr) == (1, "")
        assert result.stdout.startswith("nb.ipynb:")
        assert ": DTL900 " in result.stdout
    assert (project / "nb.ipynb").read_bytes() == content


def test_a_notebook_without_crossing_is_not_even_read_as_json(project: Path) -> None:
    (project / "nb.ipynb").write_bytes(b"no JSON")
    assert run("check", "-v").stderr == "detachlint: nb.ipynb: holds no crossing\n"


def test_a_fix_changes_no_other_byte(project: Path) -> None:
    data = notebook("%cd ..\nimport torch", *CROSSING[1:], "print('é', a)\n")
    (project / "nb.ipynb").write_bytes(data)
    assert run("fix").stdout == "Found 1 finding (1 fixed, 0 remaining).\n"
    assert (project / "nb.ipynb").read_bytes() == data.replace(b".numpy", b".detach().numpy")
    assert run("check").stdout == "All checks passed!\n"


def test_a_repaired_notebook_runs(project: Path, runner: Runner) -> None:
    (project / "nb.ipynb").write_bytes(notebook(*CROSSING, "print(a.shape)"))
    before = runner.run("\n".join(sources((project / "nb.ipynb").read_bytes())[1:]))
    assert before.error is not None
    assert "requires grad" in before.error.message
    run("fix")
    after = runner.run("\n".join(sources((project / "nb.ipynb").read_bytes())[1:]))
    assert (after.verdict, after.error, after.stdout) == (Verdict.FINISHED, None, "(2,)\n")


def test_the_diff_of_a_notebook_can_be_applied(project: Path) -> None:
    data = notebook(*CROSSING)
    (project / "nb.ipynb").write_bytes(data)
    diff = run("check", "--diff").stdout_bytes
    subprocess.run(["git", "apply", "-p0"], input=diff, check=True)
    assert (project / "nb.ipynb").read_bytes() == data.replace(b".numpy", b".detach().numpy")


def test_a_notebook_on_standard_input_is_known_by_its_name(project: Path) -> None:
    data = notebook(*CROSSING)
    result = run("fix", "-", "--stdin-filename", "nb.ipynb", given=data)
    assert result.stdout_bytes == data.replace(b".numpy", b".detach().numpy")


# --- other programs ----------------------------------------------------------------------------


def test_programs_are_told_the_place_in_the_file(project: Path) -> None:
    data = notebook(*CROSSING)
    (project / "nb.ipynb").write_bytes(data)
    lines = data.decode().split("\n")
    [row] = [row for row, line in enumerate(lines, 1) if ".numpy()" in line]
    column = lines[row - 1].index("model") + 1
    command_line = run("check", "--output-format", "github").stdout
    assert f"file=nb.ipynb,line={row},col={column}," in command_line
    assert "::nb.ipynb:cell 4:1:5: DTL101" in command_line
    [issue] = json.loads(run("check", "--output-format", "gitlab").stdout)
    assert issue["location"]["lines"] == {"begin": row, "end": row}
    [diagnostic] = json.loads(run("check", "--output-format", "rdjson").stdout)["diagnostics"]
    assert diagnostic["location"]["range"]["start"] == {"line": row, "column": column}
    start = diagnostic["suggestions"][0]["range"]["start"]
    assert start == {"line": row, "column": lines[row - 1].index(".numpy") + 1}


def test_json_names_the_cell(project: Path) -> None:
    (project / "nb.ipynb").write_bytes(notebook(*CROSSING))
    [finding] = json.loads(run("check", "--output-format", "json").stdout)
    assert (finding["cell"], finding["location"]) == (4, {"row": 1, "column": 5})
    assert [step["cell"] for step in finding["trace"]] == [3, 4, 4]
    assert finding["fix"]["edits"][0]["cell"] == 4


def test_sarif_of_a_notebook_is_valid_and_its_fix_repairs_the_file(project: Path) -> None:
    data = notebook(*CROSSING)
    (project / "nb.ipynb").write_bytes(data)
    log = json.loads(run("check", "--output-format", "sarif").stdout)
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(log)
    [result] = log["runs"][0]["results"]
    assert result["locations"][0]["logicalLocations"] == [{"name": "cell 4"}]
    [replacement] = result["fixes"][0]["artifactChanges"][0]["replacements"]
    region, content = replacement["deletedRegion"], replacement["insertedContent"]["text"]
    lines = data.decode().split("\n")
    line = lines[region["startLine"] - 1]
    start, end = region["startColumn"] - 1, region["endColumn"] - 1
    lines[region["startLine"] - 1] = line[:start] + content + line[end:]
    assert "\n".join(lines).encode() == data.replace(b".numpy", b".detach().numpy")


@pytest.mark.parametrize("name", format_names())
def test_every_format_can_show_notebooks(project: Path, name: str) -> None:
    (project / "nb.ipynb").write_bytes(notebook("x = (", *CROSSING))
    (project / "page.md").write_text("```python\n" + "\n".join(CROSSING) + "\n```\n")
    result = run("check", ".", "page.md", "--output-format", name)
    assert (result.exit_code, result.stderr) == (1, "")
    assert "nb.ipynb" in result.stdout
    assert "page.md" in result.stdout


# --- Markdown and other extensions -------------------------------------------------------------

PAGE = (
    "# Title\n\n- item\n\n  ```python\n  "
    + "\n  ".join(CROSSING)
    + "\n  ```\n\n```python\nx = (\n```\n"
)


def test_markdown_is_checked_where_it_is_asked_for(project: Path) -> None:
    (project / "page.md").write_text(PAGE)
    assert run("check").stderr == "detachlint: no Python files found under the given paths\n"
    for arguments in (["page.md"], ["--extension", "md:markdown"]):
        lines = run("check", "--output-format", "concise", *arguments).stdout.splitlines()
        assert lines[0].startswith("page.md:8:7: DTL101 [*]")
        assert lines[1:] == ["Found 1 finding (1 fixable with `detachlint fix`)."]


def test_blocks_are_programs_of_their_own(project: Path) -> None:
    blocks = "".join(f"```python\n{line}\n```\n" for line in CROSSING)
    (project / "page.md").write_text(blocks)
    assert run("check", "page.md").stdout == "All checks passed!\n"


def test_markdown_is_repaired(project: Path) -> None:
    (project / "page.md").write_text(PAGE)
    assert "5 |   ```python\n" not in run("check", "page.md").stdout
    assert "Found 1 finding (1 fixed, 0 remaining)." in run("fix", "page.md").stdout
    assert (project / "page.md").read_text() == PAGE.replace(".numpy", ".detach().numpy")


def test_blocks_between_cells_are_programs_too(project: Path) -> None:
    program = "\n".join(CROSSING)
    fences = ("{code-cell}\n" + "\n".join(CROSSING[:2]), f"python\n{program}", "python\n(")
    page = "".join(f"```{each}\n```\n" for each in (*fences, "{code-cell}\n" + CROSSING[2]))
    (project / "page.md").write_text(page)
    lines = run("check", "--output-format", "concise", "page.md").stdout.splitlines()
    assert [line.partition(" [*]")[0] for line in lines[:-1]] == [
        "page.md:8:5: DTL101",
        "page.md:14:5: DTL101",
    ]
    assert "Found 2 findings (2 fixed, 0 remaining)." in run("fix", "page.md").stdout
    assert (project / "page.md").read_text() == page.replace(".numpy", ".detach().numpy")


def test_any_extension_can_be_python(project: Path) -> None:
    (project / "a.pyx").write_text("\n".join(CROSSING))
    assert "DTL101" not in run("check").stdout
    assert (
        "a.pyx:3:5: DTL101"
        in run("check", "--extension", "pyx:python", "--output-format", "concise").stdout
    )


def test_a_wrong_extension_is_a_usage_error(project: Path) -> None:
    result = run("check", "--extension", "md:rst")
    assert result.exit_code == 2
    assert "there is no language 'rst'" in result.stderr


def test_percent_scripts_are_python_files(project: Path) -> None:
    cells = "".join(f"# %%\n{line}\n" for line in ("# %matplotlib inline", *CROSSING))
    (project / "script.py").write_text(cells)
    assert "script.py:8:5: DTL101" in run("check", "--output-format", "concise").stdout


def test_extensions_can_be_configured(project: Path) -> None:
    (project / "page.md").write_text(PAGE)
    (project / "pyproject.toml").write_text('[tool.detachlint]\nextension = ["md:markdown"]\n')
    assert "page.md:8:7" in run("check", "--output-format", "concise").stdout
    assert 'extension = ["md:markdown"]\n' in run("check", "--show-settings").stdout
    (project / "pyproject.toml").write_text('[tool.detachlint]\nextension = ["md"]\n')
    result = run("check")
    assert result.exit_code == 2
    assert result.stderr.startswith("detachlint: pyproject.toml: extension: 'md' is no ")


# --- suppressions ------------------------------------------------------------------------------


def test_comments_silence_findings_in_cells_and_blocks(project: Path) -> None:
    silent = [*CROSSING[:2], f"{CROSSING[2]}  # noqa: DTL101"]
    (project / "nb.ipynb").write_bytes(notebook(*silent))
    (project / "page.md").write_text("```python\n" + "\n".join(silent) + "\n```\n")
    assert run("check", ".", "page.md").stdout == "All checks passed!\n"


def test_a_cell_can_be_left_out(project: Path) -> None:
    cells = ("import torch\nt = torch.ones(2, requires_grad=True)", "t.numpy()", "t.numpy()\n# end")
    skip = "# detachlint: skip-cell reason"
    for silent in (f"{skip}\n{cells[1]}", f"{cells[1]}\n{skip}"):
        (project / "nb.ipynb").write_bytes(notebook(cells[0], silent, cells[2]))
        lines = run("check", "--output-format", "concise", "nb.ipynb").stdout.splitlines()
        assert [line.partition(" [*]")[0] for line in lines[:-1]] == ["nb.ipynb:cell 4:1:1: DTL101"]
    (project / "nb.ipynb").write_bytes(notebook(*cells[:2], f"{skip}\nx = 1", f"x = 1  {skip}"))
    lines = run("check", "--output-format", "concise", "nb.ipynb").stdout.splitlines()
    assert [line.split(" DTL")[0] for line in lines[:-1]] == [
        "nb.ipynb:cell 3:1:1:",
        "nb.ipynb:cell 4:1:1:",
        "nb.ipynb:cell 5:1:8:",
    ]
    assert "`detachlint: skip-cell` silences nothing here" in lines[1]
    assert "`detachlint: skip-cell` is no suppression" in lines[2]


def test_a_cell_comment_means_nothing_where_there_are_no_cells(project: Path) -> None:
    (project / "a.py").write_text("# detachlint: skip-cell\n" + "\n".join(CROSSING) + "\n")
    shown = run("check", "--output-format", "concise", "a.py").stdout
    assert "a.py:1:1: DTL901 `detachlint: skip-cell` is no suppression" in shown
    assert "a.py:4:5: DTL101" in shown


def test_comments_are_added_to_cells_and_blocks(project: Path) -> None:
    data = notebook(*CROSSING)
    (project / "nb.ipynb").write_bytes(data)
    (project / "page.md").write_text(PAGE)
    assert run("check", "--add-noqa", ".", "page.md").stdout == "Silenced 2 findings.\n"
    assert (project / "nb.ipynb").read_bytes() == data.replace(
        b".numpy()", b".numpy()  # noqa: DTL101"
    )
    assert (project / "page.md").read_text() == PAGE.replace(".numpy()", ".numpy()  # noqa: DTL101")
    assert run("check", ".", "page.md").stdout == "All checks passed!\n"


def test_unused_comments_are_taken_out_of_cells(project: Path) -> None:
    cells = ("x = 1  # noqa: DTL101", "# detachlint: ignore[DTL101]\ny = 2", "# noqa: DTL101")
    (project / "nb.ipynb").write_bytes(notebook(*cells))
    places = [
        line.split(" DTL901")[0]
        for line in run("check", "--output-format", "concise").stdout.splitlines()
    ]
    assert places[:3] == ["nb.ipynb:cell 2:1:8:", "nb.ipynb:cell 3:1:1:", "nb.ipynb:cell 4:1:1:"]
    run("fix")
    assert sources((project / "nb.ipynb").read_bytes())[1:] == ["x = 1", "y = 2", ""]


# --- whatever is in the file -------------------------------------------------------------------


@given(
    st.sampled_from(["nb.ipynb", "page.md"]),
    st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=3)), max_size=4),
    st.sampled_from([1, 40]),
)
def test_mutated_files_are_no_trouble(
    name: str, mutations: list[tuple[int, bytes]], width: int
) -> None:
    data = notebook("%cd ..", *CROSSING) if name.endswith("b") else PAGE.encode()
    for index, new in mutations:
        place = index % len(data)
        data = data[:place] + new + data[place + width :]
    checked, fixed = check_bytes(data, name), fix_bytes(data, name)
    assert (checked.error, fixed.error) == (None, None)
    if fixed.fixed is not None:
        assert check_bytes(fixed.fixed, name).findings == fixed.findings
    else:
        assert checked.findings == fixed.findings


# --- projects ----------------------------------------------------------------------------------


def test_a_notebook_sees_the_modules_beside_it(project: Path) -> None:
    (project / "models.py").write_text("import torch\nmodel = torch.nn.Linear(2, 2)\n")
    last = "import torch\na = models.model(torch.ones(2)).numpy()"
    (project / "nb.ipynb").write_bytes(notebook("import models", last))
    (project / "page.md").write_text(f"```python\nimport models\n{last}\n```\n")
    shown = run("check", "--output-format", "full", ".", "page.md").stdout
    assert " --> nb.ipynb:cell 3:2:5 (" in shown
    assert " --> page.md:4:5 (" in shown
    step = "  models.py:2: `nn.Linear` has trainable parameter `weight`\n    |\n  2 | model = torch"
    assert shown.count(step) == 2
