"""Which configuration file is in charge of which source file."""

from __future__ import annotations

from pathlib import Path

import pytest

from detachlint.config import configuration as module
from detachlint.config.configuration import Configuration
from detachlint.config.values import Place, read_values
from detachlint.rules.finding import Confidence
from detachlint.source.discovery import DEFAULT_EXCLUDES


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path.resolve()


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(f"[tool.detachlint]\n{text}\n")


def confidence(path: str, configuration: Configuration | None = None) -> str:
    return (configuration or Configuration()).of_file(path).min_confidence.value


def test_the_nearest_file_is_in_charge_alone(tree: Path) -> None:
    write("pyproject.toml", "min-confidence = 'certain'\nunsafe-fixes = true")
    write("sub/pyproject.toml", "min-confidence = 'possible'")
    Path("sub/deep").mkdir()
    assert confidence("a.py") == confidence("other/a.py") == "certain"
    assert confidence("sub/a.py") == confidence("sub/deep/a.py") == "possible"
    assert not Configuration().of_file("sub/a.py").unsafe_fixes


def test_a_file_without_a_section_is_passed_over(tree: Path) -> None:
    write("pyproject.toml", "min-confidence = 'certain'")
    Path("sub").mkdir()
    Path("sub/pyproject.toml").write_text("[project]\nname = 'detachlint-user'\n")
    assert confidence("sub/a.py") == "certain"


def test_files_in_one_run_may_have_different_settings(tree: Path) -> None:
    configuration = Configuration()
    write("a/pyproject.toml", "min-confidence = 'certain'")
    write("b/pyproject.toml", "min-confidence = 'possible'")
    assert confidence("a/x.py", configuration) == "certain"
    assert confidence("b/x.py", configuration) == "possible"
    assert confidence("c/x.py", configuration) == "likely"


def test_overrides_go_on_top(tree: Path) -> None:
    write("pyproject.toml", "min-confidence = 'certain'\nignore = ['DTL9']\nexclude = ['x']")
    overrides = [
        read_values({"extend-exclude": ["y"], "min-confidence": "likely"}, Place("", str(tree))),
        {"min-confidence": Confidence.POSSIBLE, "extend-select": ("DTL901",)},
    ]
    found = Configuration(overrides).of_file("a.py")
    assert found.min_confidence is Confidence.POSSIBLE
    assert found.walk_rules().names == {"x", "y"}
    assert [found.selection.includes(code) for code in ("DTL900", "DTL901")] == [False, True]


def test_a_named_file_is_in_charge_of_everything(tree: Path) -> None:
    write("sub/pyproject.toml", "min-confidence = 'possible'")
    write("conf/mine.toml", "min-confidence = 'certain'\nexclude = ['sub/gen']")
    configuration = Configuration(file="conf/mine.toml")
    assert confidence("sub/a.py", configuration) == "certain"
    rules = configuration.walk_rules(str(tree / "sub"))
    assert rules.excludes("gen", str(tree / "sub" / "gen"))


def test_isolated_means_no_file_at_all(tree: Path) -> None:
    write("pyproject.toml", "min-confidence = 'certain'")
    assert confidence("a.py", Configuration(file="nope.toml", isolated=True)) == "likely"


def test_directories_are_looked_into_once(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("pyproject.toml", "min-confidence = 'certain'")
    asked: list[str] = []
    find = module.find
    monkeypatch.setattr(
        module, "find", lambda directory: [asked.append(directory), find(directory)][1]
    )
    configuration = Configuration()
    for path in ("a/b/x.py", "a/b/y.py", "a/z.py", "a/b/c/x.py", "x.py"):
        assert confidence(path, configuration) == "certain"
    assert asked == [str(tree / name) for name in ("a/b", "a", "", "a/b/c")]


def test_very_deep_directories_are_no_trouble(tree: Path) -> None:
    assert confidence("/".join(["d"] * 3000) + "/x.py") == "likely"


def test_links_belong_where_they_stand_and_directories_where_they_lead(tree: Path) -> None:
    write("a/pyproject.toml", "min-confidence = 'certain'")
    write("b/pyproject.toml", "min-confidence = 'possible'")
    Path("a/x.py").write_text("")
    Path("b/link.py").symlink_to(tree / "a/x.py")
    Path("b/dir").symlink_to(tree / "a")
    assert confidence("b/link.py") == "possible"
    assert confidence("b/dir/x.py") == "certain"


def test_default_excludes_hold_unless_replaced(tree: Path) -> None:
    assert Configuration().walk_rules(str(tree)).names == DEFAULT_EXCLUDES
    write("pyproject.toml", "extend-exclude = ['mine', '*.gen']")
    rules = Configuration().walk_rules(str(tree))
    assert rules.names == DEFAULT_EXCLUDES | {"mine"}
    assert rules.excludes("x.gen", str(tree / "x.gen"))
    assert not rules.excludes("x.py", str(tree / "x.py"))


def test_paths_are_only_forbidden_by_force(tree: Path) -> None:
    write("soft/pyproject.toml", "exclude = ['gen', 'sub/*_pb2.py']")
    write("hard/pyproject.toml", "exclude = ['gen', 'sub/*_pb2.py']\nforce-exclude = true")
    paths = ("gen/a.py", "deep/gen/b.py", "sub/x_pb2.py", "sub/x.py")
    configuration = Configuration()
    assert not any(configuration.forbids(f"soft/{path}") for path in paths)
    assert [configuration.forbids(f"hard/{path}") for path in paths] == [True, True, True, False]
