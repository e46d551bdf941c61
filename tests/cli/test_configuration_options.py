"""Configuration on the command line, and what `check` and `fix` make of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runs import run

CROSSING = "import torch\n\nmodel = torch.nn.Linear(2, 2)\na = model(torch.ones(2)).numpy()\n"
UNSURE = "import torch\ndef f(x: torch.Tensor):\n    return x.numpy()\n"
BROKEN = "import torch\nx.numpy(\n"


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def configure(text: str, directory: str = ".") -> None:
    write(f"{directory}/pyproject.toml", f"[tool.detachlint]\n{text}\n")


def found(*arguments: str, given: str = "") -> list[str]:
    """File and code of each finding."""
    lines = run("check", "--output-format", "concise", *arguments, given=given).stdout.splitlines()
    return [f"{line.split(':')[0]} {line.split()[1]}" for line in lines if ": DTL" in line]


@pytest.mark.parametrize(
    "options",
    [
        ("--fix", "--add-noqa"),
        ("--fix", "--write-baseline", "b.json"),
        ("--diff", "--write-baseline", "b.json"),
        ("--add-noqa", "--write-baseline", "b.json"),
        ("--add-noqa", "--watch"),
        ("--add-noqa", "--show-files"),
        ("--show-files", "--show-settings"),
        ("--watch", "--write-baseline", "b.json"),
    ],
)
def test_one_run_does_one_thing(project: Path, options: tuple[str, ...]) -> None:
    write("a.py", CROSSING)
    result = run("check", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "exclude each other" in result.stderr
    assert Path("a.py").read_text() == CROSSING
    assert not Path("b.json").exists()


@pytest.mark.parametrize("name", ["check", "fix"])
def test_an_empty_name_is_not_the_current_directory(project: Path, name: str) -> None:
    """As a script passes it whose variable is not set."""
    write("a.py", CROSSING)
    result = run(name, "")
    assert result.exit_code == 2
    assert "'': No such file or directory\n" in result.stderr
    assert Path("a.py").read_text() == CROSSING


# --- from files ----------------------------------------------------------------------------------


def test_each_file_is_checked_as_the_nearest_configuration_says(project: Path) -> None:
    configure("min-confidence = 'possible'")
    configure("ignore = ['DTL101']", "quiet")
    for directory in (".", "quiet", "loud"):
        write(f"{directory}/a.py", UNSURE)
    assert found() == ["a.py DTL101", "loud/a.py DTL101"]


def test_per_file_ignores_hold_for_fixing_too(project: Path) -> None:
    configure("per-file-ignores = {'tests/*' = ['DTL101']}")
    for path in ("tests/a.py", "a.py"):
        write(path, CROSSING)
    assert found() == ["a.py DTL101"]
    run("fix")
    assert Path("tests/a.py").read_text() == CROSSING
    assert Path("a.py").read_text() != CROSSING


def test_excluded_files_are_left_out(project: Path) -> None:
    configure("extend-exclude = ['gen', 'tests/data/*', '*_pb2.py']")
    paths = ("gen/a.py", "tests/data/a.py", "tests/a.py", "x_pb2.py", "build/a.py")
    for path in paths:
        write(path, CROSSING)
    assert found() == ["tests/a.py DTL101"]
    assert found("gen", "x_pb2.py") == ["gen/a.py DTL101", "x_pb2.py DTL101"]
    assert found("--force-exclude", *paths) == ["tests/a.py DTL101"]
    assert found("--exclude", "tests") == ["build/a.py DTL101"]


def test_gitignore_can_be_disregarded(project: Path) -> None:
    write(".gitignore", "a.py\n")
    write("a.py", CROSSING)
    assert found() == []
    assert found("--no-respect-gitignore") == ["a.py DTL101"]
    configure("respect-gitignore = false")
    assert found() == ["a.py DTL101"]
    assert found("--respect-gitignore") == []


def test_fixes_follow_the_configuration(project: Path) -> None:
    configure("fix-style = 'force'")
    write("a.py", CROSSING)
    run("fix")
    assert ".numpy(force=True)" in Path("a.py").read_text()


def test_unsafe_fixes_can_be_configured_and_refused(project: Path) -> None:
    configure("unsafe-fixes = true\nmin-confidence = 'possible'")
    write("a.py", UNSURE)
    run("fix", "--no-unsafe-fixes")
    assert Path("a.py").read_text() == UNSURE
    run("fix")
    assert Path("a.py").read_text() != UNSURE


def test_standard_input_has_the_settings_of_its_name(project: Path) -> None:
    configure("per-file-ignores = {'tests/*' = ['DTL101']}\nextend-exclude = ['gen']")
    assert found("-", "--stdin-filename", "a.py", given=CROSSING) == ["a.py DTL101"]
    assert found("-", "--stdin-filename", "tests/a.py", given=CROSSING) == []
    assert found("-", "--stdin-filename", "gen/a.py", given=CROSSING) == ["gen/a.py DTL101"]
    excluded = run("fix", "-", "--stdin-filename", "gen/a.py", "--force-exclude", given=CROSSING)
    assert (excluded.exit_code, excluded.stdout) == (0, CROSSING)


def test_a_wrong_configuration_stops_the_run_before_anything_is_done(project: Path) -> None:
    write("a.py", CROSSING)
    write("sub/b.py", CROSSING)
    configure("selct = []", "sub")
    for arguments in (["check"], ["fix"], ["check", "--add-noqa"], ["check", "--show-files"]):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        wrong = "selct: there is no such key; did you mean 'select'?"
        assert result.stderr == f"detachlint: sub/pyproject.toml: {wrong}\n"
    assert Path("a.py").read_text() == CROSSING


def test_unreadable_files_are_ignored_like_others(project: Path) -> None:
    write("a.py", BROKEN)
    Path("b.py").write_bytes(b"numpy \xff")
    assert found() == ["a.py DTL900", "b.py DTL900"]
    assert found("--ignore", "DTL900") == []
    configure("per-file-ignores = {'a.py' = ['DTL9'], 'b.py' = ['DTL9']}")
    assert found() == []


# --- from options ----------------------------------------------------------------------------


def test_rules_are_selected(project: Path) -> None:
    write("a.py", CROSSING + "x = 1  # noqa: DTL101\n")
    write("b.py", BROKEN)
    assert found() == ["a.py DTL101", "a.py DTL901", "b.py DTL900"]
    assert found("--select", "DTL1") == ["a.py DTL101"]
    assert found("--select", "DTL1,DTL900") == ["a.py DTL101", "b.py DTL900"]
    assert found("--select", "DTL1", "--select", "DTL900") == ["a.py DTL101", "b.py DTL900"]
    assert found("--ignore", "DTL9") == ["a.py DTL101"]
    assert found("--ignore", "DTL9", "--extend-select", "DTL901")[1:] == ["a.py DTL901"]


def test_options_have_the_last_word(project: Path) -> None:
    configure("ignore = ['DTL101']\nmin-confidence = 'certain'")
    write("a.py", UNSURE)
    assert found("--min-confidence", "possible") == []
    assert found("--min-confidence", "possible", "--select", "ALL") == ["a.py DTL101"]


def test_keys_can_be_given_as_toml(project: Path) -> None:
    write("a.py", UNSURE)
    assert found("--config", "min-confidence = 'possible'") == ["a.py DTL101"]
    assert found("--config", "min-confidence='possible'", "--config", "select=[]") == []
    both = ("--config", "min-confidence='possible'", "--min-confidence", "certain")
    assert found(*both) == []


def test_a_configuration_file_can_be_named(project: Path) -> None:
    configure("min-confidence = 'certain'")
    write("conf/mine.toml", "min-confidence = 'possible'\nper-file-ignores = {'b.py' = ['DTL1']}")
    for name in ("a.py", "b.py"):
        write(name, UNSURE)
    assert found("--config", "conf/mine.toml") == ["a.py DTL101"]


def test_configuration_files_can_be_disregarded(project: Path) -> None:
    configure("select = [")
    write("a.py", CROSSING)
    assert run("check").exit_code == 2
    assert found("--isolated") == ["a.py DTL101"]


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["--select", "DTL7"], "--select: there is no rule 'DTL7'"),
        (["--ignore", "X"], "--ignore: there is no rule 'X'"),
        (["--min-confidence", "sure"], "--min-confidence: has to be 'certain' or "),
        (["--target-torch", "new"], "--target-torch: has to be a version such as"),
        (["--config", "select=["], "--config: 'select=[' is not TOML: "),
        (["--config", "x=1"], "--config: x: there is no such key"),
        (["--config", "no.toml"], "no.toml: No such file or directory"),
        (["--config", "a.toml", "--config", "b.toml"], "--config: there can only be one"),
        (["--target-torch", "1.9", "--fix-style", "force"], "fix-style: 'force' needs PyTorch"),
    ],
)
def test_wrong_options_are_one_line(project: Path, arguments: list[str], wrong: str) -> None:
    result = run("check", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"detachlint: {wrong}")
    assert result.stderr.count("\n") == 1


# --- what would be done --------------------------------------------------------------------------


def test_files_are_shown(project: Path) -> None:
    configure("extend-exclude = ['gen']")
    for path in ("b.py", "a/x.py", "gen/x.py", "notes.txt"):
        write(path, "")
    result = run("check", "--show-files")
    assert (result.exit_code, result.stdout) == (0, "a/x.py\nb.py\n")
    result = run("check", "--show-files", "gen", "nope")
    assert (result.exit_code, result.stdout) == (2, "gen/x.py\n")
    assert result.stderr == "detachlint: nope: No such file or directory\n"


def test_settings_are_shown(project: Path) -> None:
    lines = ["select = ['DTL101']", "per-file-ignores = {'tests/*' = ['DTL101']}"]
    configure("\n".join([*lines, "exclude = ['gen']"]))
    result = run("check", "--show-settings", "--min-confidence", "certain", "a.py", "tests/b.py")
    first, second = result.stdout.split("\n\n")
    assert first.splitlines()[:5] == [
        "# a.py: pyproject.toml",
        'rules = ["DTL101"]',
        'min-confidence = "certain"',
        'per-file-ignores."tests/*" = ["DTL101"]',
        'exclude = ["gen"]',
    ]
    assert second.splitlines()[:2] == ["# tests/b.py: pyproject.toml", "rules = []"]


def test_shown_settings_are_a_configuration(project: Path) -> None:
    configure("per-file-ignores = {'!tests/*' = ['DTL101']}\ntarget-torch = '2.1'")
    shown = run("check", "--show-settings").stdout
    again = "\n".join(line for line in shown.splitlines() if not line.startswith("rules"))
    write("mine.toml", again)
    with_it = run("check", "--show-settings", "--config", "mine.toml").stdout
    assert with_it.splitlines()[1:] == shown.splitlines()[1:]


def test_settings_say_where_they_come_from(project: Path) -> None:
    assert run("check", "--show-settings").stdout.startswith("# .: no configuration file\n")
    write("sub/tox.ini", "[detachlint]\n")
    assert run("check", "--show-settings", "sub").stdout.startswith("# sub: sub/tox.ini\n")
